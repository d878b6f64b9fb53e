import { isEverything } from '../../auth/scope.ts';
import { daysArgument } from '../../graphql/days-argument.ts';
import { startOf } from '../../statistics/day.ts';
import { statistics } from '../../statistics/statistics.ts';
import type { Resolvers } from './resolver-types.ts';

/** So many backups, added up, cost as much as a row of an answer. */
const SUMMED_A_ROW = 200;

export const statisticsResolvers = {
  Query: {
    statistics: async (_, { days }, { em, scope, totals, budget }) => {
      budget.take(daysArgument('days', days));
      const found = await statistics({ em, scope, totals }, days);
      // Those of the whole service are kept in memory.
      if (!isEverything(scope)) budget.take(Math.ceil(found.backups / SUMMED_A_ROW));
      return found;
    },
  },
  Day: {
    day: ({ day }) => startOf(day),
  },
} satisfies Resolvers;
