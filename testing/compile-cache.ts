import { join } from 'node:path';

/**
 * Where Node keeps what it has compiled: a third of the time of each start of ours. Belongs into the environment of the
 * programs that tests start.
 */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/lumbung-tests') };
