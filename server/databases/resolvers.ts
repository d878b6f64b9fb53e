import type { Backup } from '../backups/backup.entity.ts';
import { orNull } from '../errors.ts';
import type { HistoryManager } from '../history/history.ts';
import { databaseHistory, findDatabase } from './database-history.ts';
import { listDatabases } from './list-databases.ts';
import { historyArguments } from './validation.ts';

interface Context {
  readonly em: HistoryManager;
}

/** `latestBackup` is there already when the list brought it along. */
interface DatabaseSource {
  readonly name: string;
  readonly latestBackup?: Backup;
}

interface BackupsArguments {
  readonly first?: number | null;
  readonly before?: string | null;
}

/** For a client that says `first: null`; whoever leaves it out gets the schema's default, which is the same. */
const DEFAULT_FIRST = 100;

export const databaseResolvers = {
  Query: {
    databases: (_: unknown, _args: object, { em }: Context) => listDatabases({ em }),
    database: (_: unknown, { name }: { name: string }, { em }: Context) => orNull(findDatabase({ em }, name)),
  },
  Database: {
    latestBackup: async ({ name, latestBackup }: DatabaseSource, _: object, { em }: Context) =>
      latestBackup ?? (await databaseHistory({ em }, name, { limit: 1 }))[0] ?? null,
    backups: ({ name }: DatabaseSource, { first, before }: BackupsArguments, { em }: Context) =>
      databaseHistory({ em }, name, historyArguments({ first: first ?? DEFAULT_FIRST, before })),
  },
};
