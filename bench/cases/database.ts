import { oneDatabaseCase } from '../backups/one-database.ts';
import { largeDatabase } from '../material.ts';

export default oneDatabaseCase({ name: 'database', holds: 'usual rows', database: largeDatabase, scriptTimes: 2.1 });
