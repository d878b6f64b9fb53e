/**
 * Whether this run is `npm run test:peers`, which also tests what takes long or needs more than MariaDB: MySQL 9, and dumps of
 * gigabytes. It runs each test file that imports this one, itself or through helpers of tests.
 */
export const testsPeers = process.env.TEST_PEERS === 'on';
