import { oneDatabaseCase } from '../backups/one-database.ts';
import { codes } from '../rows/short-values.ts';

/** The worst for the inventory and for deflate. */
export default oneDatabaseCase({
  name: 'short-values',
  holds: 'short random values',
  database: scene => scene.database('codes', { bytes: scene.sizes.database, seed: 3, tables: [codes] }),
  scriptTimes: 1.8,
});
