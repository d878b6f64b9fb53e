import { stopSharedMariaDb } from './mariadb.ts';

/** What mocha runs around all tests (`require` in .mocharc.json). */
export const mochaHooks = { afterAll: stopSharedMariaDb };
