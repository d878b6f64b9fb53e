import { randomUUID } from 'node:crypto';
import { sharedMariaDb } from '../databases/mariadb.ts';

/** The kinds of history store on which the service is tested. */
export const HISTORY_STORES = [
  { name: 'SQLite', url: async (folder: string) => `sqlite:${folder}/history.sqlite` },
  {
    name: 'MariaDB',
    url: async (_folder: string) => {
      const mariadb = await sharedMariaDb();
      const database = `history_${randomUUID().replaceAll('-', '')}`;
      await mariadb.sql(`create database ${database}`);
      return mariadb.url(database);
    },
  },
] as const;
