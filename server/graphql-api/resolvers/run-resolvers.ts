import { RUN_STAGES, RUN_STATES } from '../../../protocol/runs/run-outcome.ts';
import { isEverything } from '../../auth/scope.ts';
import { RUN_ENDS } from '../../entities/runs/run.entity.ts';
import { connection, takenRows } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import type { OutcomeDetail } from '../../runs/run-row.ts';
import { countScannedRosters, scanRosters } from '../../runs/scan-rosters.ts';
import { endForReader, type ListedOutcome, outcomesOfRun, signalForReader } from '../../runs/search-outcomes.ts';
import type { ListedEntry } from '../../runs/search-rosters.ts';
import { countRuns, type ListedRun, searchRuns } from '../../runs/search-runs.ts';
import type { Resolvers } from './resolver-types.ts';

/** Of their cursors. */
const [RUNS, ROSTERS] = ['runs', 'rosters'];

export const runResolvers = {
  Query: {
    runs: (_, { first, after, filter }, { em, scope, budget }) => {
      const { source, host, outcome } = filter ?? {};
      const search = { source: source ?? undefined, host: host ?? undefined, outcome: outcome ?? undefined };
      return connection({
        ...{ first, after, budget },
        cursorOf: ({ startedAt, id }: ListedRun) => formatCursor(RUNS, startedAt.getTime(), id),
        placeIn: cursor => {
          const [at, id] = parseCursor(cursor, RUNS, ['number', 'number']);
          return { startedAt: new Date(at), id };
        },
        find: page => searchRuns({ em, scope, budget }, search, page),
        count: () => countRuns({ em, scope, budget }, search),
      });
    },
    rosters: (_, { first, after, filter }, { em, scope, budget }) => {
      const { source, database, isGone } = filter ?? {};
      const search = { source: source ?? undefined, database: database ?? undefined, isGone: isGone ?? undefined };
      return connection({
        ...{ first, after, budget },
        cursorOf: ({ databaseName, id }: ListedEntry) => formatCursor(ROSTERS, databaseName, id),
        placeIn: cursor => {
          const [databaseName, id] = parseCursor(cursor, ROSTERS, ['string', 'number']);
          return { databaseName, id };
        },
        find: page => scanRosters({ em, scope, budget }, search, page),
        count: () => countScannedRosters({ em, scope, budget }, search),
      });
    },
  },
  Database: {
    lastAttempt: ({ name }, _, { loaders }) => loaders.attempt.load(name),
  },
  Run: {
    id: ({ id }) => String(id),
    outcome: async (run, _, { loaders, scope }) => {
      const end = endForReader(run, await loaders.runCounts.load(run), { scope });
      return RUN_ENDS.find(known => known === end) ?? 'broken';
    },
    // Both are about the databases of others, too.
    exitCode: ({ exitCode }, _, { scope }) => (isEverything(scope) ? exitCode : null),
    leftOut: ({ leftOut }, _, { scope }) => (isEverything(scope) ? leftOut : null),
    isPartial: ({ isPartial }) => isPartial === 1,
    isCut: ({ isCut }) => isCut === 1,
    interruptedBy: async (run, _, { loaders, scope }) =>
      signalForReader(run, await loaders.runCounts.load(run), { scope }),
    mysqldump: ({ mysqldump }) => mysqldump ?? null,
    // It may name the databases of others.
    problem: ({ problem }, _, { scope }) => (isEverything(scope) ? (problem ?? null) : null),
    counts: (run, _, { loaders }) => loaders.runCounts.load(run),
    outcomes: ({ id }, { first, states }, { em, scope, budget }) =>
      outcomesOfRun({ em, scope }, id, { limit: takenRows(budget, 'first', first), states: states ?? undefined }),
  },
  RunCounts: {
    notDone: ({ not_done }) => not_done,
  },
  RunOutcome: {
    id: ({ id }) => String(id),
    run: ({ run }, _, { loaders }) => loaders.run.load(run),
    state: ({ state }) => RUN_STATES.find(known => known === state) ?? 'failed',
    stage: ({ stage }) => RUN_STAGES.find(known => known === stage) ?? null,
    isLeftover: ({ isLeftover }) => isLeftover === 1,
    isShrunk: ({ isShrunk }) => isShrunk === 1,
    message: ({ message }) => message ?? null,
    advice: ({ advice }) => advice ?? null,
    fileName: ({ fileName }) => fileName ?? null,
    cause: ({ causeWhere, causeWhy }) =>
      causeWhere == null || causeWhy == null ? null : { where: causeWhere, why: causeWhy },
    backup: async ({ backupId, databaseName }, _, { loaders }) => {
      const backup = backupId == null ? null : await loaders.backup.load(backupId);
      // Which one it is was said by the client.
      return backup && (await loaders.database.load(backup.databaseId)).name === databaseName ? backup : null;
    },
    findings: outcome => [...detailOf(outcome).findings],
    findingCount: outcome => detailOf(outcome).finding_count,
    dumpBytes: outcome => detailOf(outcome).dump_bytes,
    zipBytes: outcome => detailOf(outcome).zip_bytes,
    tables: outcome => detailOf(outcome).tables,
    rows: outcome => detailOf(outcome).rows,
    seconds: outcome => detailOf(outcome).seconds,
    stageSeconds: outcome => detailOf(outcome).stage_seconds,
  },
  RosterEntry: {
    id: ({ id }) => String(id),
    every: ({ every }) => every ?? null,
    grace: ({ grace }) => grace ?? null,
    group: ({ groupName }) => groupName ?? null,
    goneAt: ({ goneAt }) => goneAt ?? null,
    lastAttempt: ({ databaseName }, _, { loaders }) => loaders.attempt.load(databaseName),
  },
} satisfies Resolvers;

function detailOf({ detail }: ListedOutcome): OutcomeDetail {
  return JSON.parse(detail) as OutcomeDetail;
}
