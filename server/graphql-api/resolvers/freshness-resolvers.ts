import { formatDuration, formatEvery } from '../../../protocol/contract.ts';
import { authorize } from '../../auth/policy.ts';
import { tokenNameOf } from '../../auth/principal.ts';
import { type Decision, pauseDatabase, resumeDatabase, retireDatabase } from '../../freshness/decide.ts';
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
    pauseDatabase: (_, { name, until, reason, by }, context) => {
      const decision = { until, ...decisionOf({ reason, by }, context) };
      return deciding(context, 'pause', name, { ...decision }, parts => pauseDatabase(parts, name, decision));
    },
    resumeDatabase: (_, { name }, context) =>
      deciding(context, 'resume', name, {}, parts => resumeDatabase(parts, name)),
    retireDatabase: (_, { name, reason, by }, context) => {
      const decision = decisionOf({ reason, by }, context);
      return deciding(context, 'retire', name, { ...decision }, parts => retireDatabase(parts, name, decision));
    },
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

/** Without a name given, the one of the token decided it; an open service has none. */
function decisionOf(
  { reason, by }: { reason: string; by?: string | null | undefined },
  { principal }: GraphqlContext,
): Decision {
  return { reason, by: by ?? tokenNameOf(principal) ?? '' };
}

function deciding(
  { em, storage, configuration, principal, audit, actor }: GraphqlContext,
  action: 'pause' | 'resume' | 'retire',
  database: string,
  detail: Record<string, unknown>,
  act: (parts: Parameters<typeof resumeDatabase>[0]) => Promise<WatchedRow>,
): Promise<WatchedRow> {
  authorize(principal, 'watch', database);
  const parts = { em, storage, configuration: configuration.current(), now: new Date() };
  return audit.change({ actor, action, database, detail }, () => act(parts));
}
