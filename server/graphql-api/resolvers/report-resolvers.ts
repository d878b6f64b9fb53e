import { DRILL_OUTCOMES } from '../../../protocol/last-drill.ts';
import { RESTORE_OUTCOMES } from '../../../protocol/reports/restore-report.ts';
import { fleetProven } from '../../drills/fleet-proven.ts';
import { takenRows } from '../../graphql/connection.ts';
import { daysArgument } from '../../graphql/days-argument.ts';
import { drillIn, restoreIn } from '../../reports/report-details.ts';
import type { ListedReport } from '../../reports/search-reports.ts';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './resolver-types.ts';

/** What the document of a report weighs at least in the budget of a request, and how many bytes weigh a row more. */
const [DOCUMENT_ROWS, BYTES_PER_ROW] = [20, 750];

/** Two seeks on an index for each database: so many of them cost as much as a row of an answer. */
const DATABASES_A_ROW = 5;

const MS_PER_DAY = 86_400_000;

/** What drills and restores have in common. */
const listed = {
  id: ({ id }: ListedReport) => String(id),
  at: ({ endedAt }: ListedReport) => endedAt,
  seconds: ({ rtoSeconds }: ListedReport) => rtoSeconds ?? null,
  backup: ({ backupId }: ListedReport, _: unknown, { loaders }: GraphqlContext) =>
    backupId == null ? null : loaders.backup.load(backupId),
};

export const reportResolvers = {
  Query: {
    fleetProven: async (_, { days }, { em, scope, budget }) => {
      const since = new Date(Date.now() - daysArgument('days', days) * MS_PER_DAY);
      const fleet = await fleetProven({ em, scope }, since);
      budget.take(Math.ceil(fleet.databases / DATABASES_A_ROW));
      return fleet;
    },
  },
  Database: {
    lastDrill: async ({ name }, _, { loaders }) => (await loaders.drills.load(name))?.last ?? null,
    lastProof: async ({ name }, _, { loaders }) => (await loaders.drills.load(name))?.proof ?? null,
    drills: ({ name }, { first }, { loaders, budget }) =>
      loaders.reportsOfDatabase({ kind: 'drill', limit: takenRows(budget, 'first', first) }).load(name),
    restores: ({ name }, { first }, { loaders, budget }) =>
      loaders.reportsOfDatabase({ kind: 'restore', limit: takenRows(budget, 'first', first) }).load(name),
    restoreTimes: async ({ name }, { last }, { loaders, budget }) => {
      const limit = takenRows(budget, 'last', last);
      const drills = await loaders.reportsOfDatabase({ kind: 'drill', limit, isTimed: true }).load(name);
      return drills.toReversed().map(({ endedAt, rtoSeconds, loadedBytes }) => ({
        ...{ at: endedAt, seconds: rtoSeconds ?? 0, loadedBytes: loadedBytes ?? null },
      }));
    },
  },
  Backup: {
    drill: async ({ id }, _, { loaders }) => (await loaders.drillsOfBackup.load(id))?.last ?? null,
    proof: async ({ id }, _, { loaders }) => (await loaders.drillsOfBackup.load(id))?.proof ?? null,
    drills: ({ id }, { first }, { loaders, budget }) =>
      loaders.reportsOfBackup({ kind: 'drill', limit: takenRows(budget, 'first', first) }).load(id),
    restores: ({ id }, { first }, { loaders, budget }) =>
      loaders.reportsOfBackup({ kind: 'restore', limit: takenRows(budget, 'first', first) }).load(id),
  },
  Drill: {
    ...listed,
    outcome: ({ outcome }) => DRILL_OUTCOMES.find(known => known === outcome) ?? 'could_not_test',
    details: async (drill, _, context) => {
      const report = drillIn(await documentOf(drill, context));
      if (!report) return null;
      const {
        server,
        differences,
        not_tested: notTested,
        checks,
        dump_again: again,
        seconds,
        made_by: madeBy,
      } = report;
      const sameDumpAgain = again === null ? null : again === 'same';
      return { server, differences, notTested, checks, sameDumpAgain, phases: seconds, madeBy };
    },
  },
  Restore: {
    ...listed,
    outcome: ({ outcome }) => RESTORE_OUTCOMES.find(known => known === outcome) ?? 'failed',
    details: async (restore, _, context) => {
      const report = restoreIn(await documentOf(restore, context));
      if (!report) return null;
      const { server, differences, not_tested: notTested, tables, seconds, made_by: madeBy } = report;
      const targetUnchanged = report.target_unchanged;
      return { server, differences, notTested, tables, targetUnchanged, phases: seconds, madeBy };
    },
  },
} satisfies Resolvers;

async function documentOf({ id }: ListedReport, { loaders, budget }: GraphqlContext): Promise<string | null> {
  const bytes = await loaders.reportBytes.load(id);
  budget.takeOnce(`report ${id}`, Math.max(DOCUMENT_ROWS, Math.ceil(bytes / BYTES_PER_ROW)));
  return loaders.reportDocument.load(id);
}
