import { startOf } from '../../statistics/day.ts';
import { statistics } from '../../statistics/statistics.ts';
import { daysArgument } from './days-argument.ts';
import type { Resolvers } from './resolver-types.ts';

export const statisticsResolvers = {
  Query: {
    statistics: (_, { days }, { em, totals, budget }) => {
      budget.take(daysArgument('days', days));
      return statistics({ em, totals }, days);
    },
  },
  Day: {
    day: ({ day }) => startOf(day),
  },
} satisfies Resolvers;
