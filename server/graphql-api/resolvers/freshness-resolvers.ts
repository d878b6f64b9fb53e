import { formatDuration, formatEvery } from '../../../protocol/contract.ts';
import { authorize } from '../../auth/policy.ts';
import { type DecidingDatabase, pause, resume, retire } from '../../decisions/decide-database.ts';
import type { WatchedRow } from '../../freshness/read-facts.ts';
import { countChanges, type ListedChange, searchChanges } from '../../freshness/search-changes.ts';
import { contractIn, countWatched, searchWatched } from '../../freshness/search-watched.ts';
import { connection } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './resolver-types.ts';

/** Of their cursors. */
const [WATCHED, CHANGES] = ['watched', 'changes'];

export const freshnessResolvers = {
  Query: {
    watchedDatabases: (_, { first, after, filter }, { em, scope, budget }) => {
      const search = { states: filter?.states ?? undefined, name: filter?.name ?? undefined };
      return connection({
        ...{ first, after, budget },
        cursorOf: ({ database_name }: WatchedRow) => formatCursor(WATCHED, database_name),
        placeIn: cursor => parseCursor(cursor, WATCHED, ['string'])[0],
        find: page => searchWatched({ em, scope }, search, page),
        count: () => countWatched({ em, scope }, search),
      });
    },
    stateChanges: (_, { first, after, filter }, { em, scope, budget }) => {
      const { database, from, before } = filter ?? {};
      const search = { database: database ?? undefined, from: from ?? undefined, before: before ?? undefined };
      return connection({
        ...{ first, after, budget },
        cursorOf: ({ at, id }: ListedChange) => formatCursor(CHANGES, at.getTime(), id),
        placeIn: cursor => {
          const [at, id] = parseCursor(cursor, CHANGES, ['number', 'number']);
          return { at: new Date(at), id };
        },
        find: page => searchChanges({ em, scope }, search, page),
        count: () => countChanges({ em, scope }, search),
      });
    },
  },
  Mutation: {
    pauseDatabase: (_, { name, until, reason, by }, context) =>
      pause(deciding(context, name), name, { until, reason, by }),
    resumeDatabase: (_, { name }, context) => resume(deciding(context, name), name),
    retireDatabase: (_, { name, reason, by }, context) => retire(deciding(context, name), name, { reason, by }),
  },
  Database: {
    state: async ({ name }, _, { loaders }) => (await loaders.watched.load(name))?.state ?? null,
    due: async ({ name }, _, { loaders }) => (await loaders.watched.load(name))?.due_at ?? null,
    contract: async ({ name }, _, { loaders }) => {
      const row = await loaders.watched.load(name);
      return row && contractIn(row);
    },
  },
  WatchedDatabase: {
    name: ({ database_name }) => database_name,
    since: ({ state_since }) => state_since,
    due: ({ due_at }) => due_at,
    lateAt: ({ late_at }) => late_at,
    criticalAt: ({ critical_at }) => critical_at,
    contract: row => contractIn(row),
    lastComplete: ({ last_complete_id: id }, _, { loaders }) => (id === null ? null : loaders.backup.load(id)),
    pause: ({ state, paused_from: from, paused_until: until, paused_by: by, paused_for: reason }) =>
      state === 'paused' && from && until ? { from, until, by: by ?? '', reason: reason ?? '' } : null,
    retirement: ({ retired_at: at, retired_by: by, retired_for: reason }) =>
      at && { at, by: by ?? '', reason: reason ?? '' },
    database: ({ database_name }, _, { loaders }) => loaders.databaseNamed.load(database_name),
  },
  Contract: {
    every: ({ every }) => formatEvery(every),
    grace: ({ graceMs }) => formatDuration(graceMs),
    everyFrom: ({ from }) => from.every,
    graceFrom: ({ from }) => from.grace,
  },
  StateChange: {
    id: ({ id }) => String(id),
    database: ({ databaseName }) => databaseName,
    from: ({ fromState }) => fromState,
    to: ({ toState }) => toState,
  },
} satisfies Resolvers;

/** @throws AppError 404 for a database that is out of scope */
function deciding({ configuration, principal, ...parts }: GraphqlContext, database: string): DecidingDatabase {
  authorize(principal, 'watch', database);
  return { ...parts, configuration: configuration.current() };
}
