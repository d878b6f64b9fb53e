import { isEverything } from '../../auth/scope.ts';
import { countScannedDatabases, scanDatabases } from '../../databases/scan-databases.ts';
import {
  type DatabaseOrder,
  type DatabaseSearch,
  type FoundDatabase,
  type NamedDatabase,
  searchDatabases,
} from '../../databases/search-databases.ts';
import { validationError } from '../../errors/errors.ts';
import { type Connection, connection } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import { daysArgument } from '../../graphql/days-argument.ts';
import type { Kept } from '../../statistics/database-statistics.ts';
import { startOf } from '../../statistics/day.ts';
import { statistics } from '../../statistics/statistics.ts';
import { backupConnection } from './backup-connection.ts';
import type { GraphqlContext } from './context.ts';
import type {
  DatabaseFilter,
  DatabaseOrderField,
  QueryDatabasesArgs,
  RequireFields,
  Resolvers,
} from './resolver-types.ts';

export const databaseResolvers = {
  Query: {
    databases: (_, args, context) => databaseConnection(args, context),
    database: async (_, { name }, { em, scope }) => (await searchDatabases({ em, scope }, { name }))[0] ?? null,
    statistics: async (_, { days }, { em, scope, totals, budget }) => {
      budget.take(daysArgument('days', days));
      const found = await statistics({ em, scope, totals }, days);
      // Those of the whole service are kept in memory.
      if (!isEverything(scope)) budget.take(Math.ceil(found.backups / SUMMED_A_ROW));
      return found;
    },
  },
  Database: {
    latestBackup: (database, _, { loaders }) =>
      isFound(database) ? database.latest() : loaders.found.load(database.id).then(({ latest }) => latest()),
    latestCompleteBackup: (database, _, { loaders }) =>
      isFound(database)
        ? database.latestComplete()
        : loaders.found.load(database.id).then(({ latestComplete }) => latestComplete()),
    unacceptedLoss: async ({ id }, _, { loaders }) => {
      const loss = await loaders.loss.load(id);
      return loss === null ? null : loaders.backup.load(loss);
    },
    backups: ({ id }, page, context) =>
      backupConnection(page, context.budget, {
        find: page => context.loaders.histories(page).load(id),
        count: async () => (await keptOf(id, context)).backups,
      }),
    backupCount: async ({ id }, _, context) => (await keptOf(id, context)).backups,
    storedBytes: async ({ id }, _, context) => (await keptOf(id, context)).bytes,
    days: ({ id }, { last }, { loaders, budget }) => {
      budget.take(daysArgument('last', last));
      return loaders.days(last).load(id);
    },
  },
  Day: {
    day: ({ day }) => startOf(day),
  },
} satisfies Resolvers;

/** So many backups or entries of an index, added up, cost as much as a row of an answer. */
const SUMMED_A_ROW = 200;

/** How long a history is shows only when it has been read: it is paid for then, and what comes next is refused. */
async function keptOf(id: number, { loaders, budget }: GraphqlContext): Promise<Kept> {
  const kept = await loaders.kept.load(id);
  budget.takeOnce(`kept ${id}`, kept.backups / SUMMED_A_ROW);
  return kept;
}

/** A database in a list brings its latest backups along; one that a backup is of is its name until they are asked for. */
function isFound(database: NamedDatabase | FoundDatabase): database is FoundDatabase {
  return 'latest' in database;
}

const ORDERS: Record<DatabaseOrderField, DatabaseOrder['by']> = {
  NAME: 'name',
  LATEST_BACKUP: 'latest',
  LATEST_COMPLETE_BACKUP: 'latestComplete',
  SIZE: 'size',
};

function databaseConnection(
  { first, after, filter, orderBy }: RequireFields<QueryDatabasesArgs, 'first' | 'orderBy'>,
  { em, scope, budget }: GraphqlContext,
): Connection<FoundDatabase> {
  const search = searchOf(filter ?? {});
  const order: DatabaseOrder = {
    by: ORDERS[orderBy.field],
    direction: orderBy.direction === 'DESC' ? 'desc' : 'asc',
  };
  const key = `${order.by} ${order.direction}`;
  return connection({
    first,
    after,
    budget,
    cursorOf: ({ name, sortKey }: FoundDatabase) => formatCursor(key, name, sortKey),
    placeIn: cursor => {
      const [name, sortKey] = parseCursor(cursor, key, ['string', 'either']);
      return { name, sortKey };
    },
    find: page => scanDatabases({ em, scope, budget }, search, { ...page, order }),
    count: () => countScannedDatabases({ em, scope, budget }, search),
  });
}

const MS_PER_HOUR = 3_600_000;
/** Before this there were no computers. */
const MAX_HOURS = 1_000_000;
const MAX_DAYS = 40_000;

/** @throws AppError 422 when the hours are not valid */
function searchOf(filter: DatabaseFilter): DatabaseSearch {
  const { search, states, noCompleteForHours: hours, hasUnacceptedLoss, notProvenForDays: days } = filter;
  if (hours != null && !(hours >= 0 && hours <= MAX_HOURS))
    throw validationError([
      { field: 'noCompleteForHours', message: `must be a number of hours from 0 to ${MAX_HOURS}` },
    ]);
  if (days != null && !(days >= 0 && days <= MAX_DAYS))
    throw validationError([{ field: 'notProvenForDays', message: `must be a number of days from 0 to ${MAX_DAYS}` }]);
  return {
    search: search ?? undefined,
    states: states ?? undefined,
    hasUnacceptedLoss: hasUnacceptedLoss ?? undefined,
    noCompleteSince: hours == null ? undefined : new Date(Date.now() - hours * MS_PER_HOUR),
    notProvenSince: days == null ? undefined : new Date(Date.now() - days * 24 * MS_PER_HOUR),
  };
}
