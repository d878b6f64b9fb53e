import type { Resolvers } from '../graphql/resolver-types.ts';
import { startOf } from './day.ts';
import { statistics } from './statistics.ts';
import { daysArgument } from './validation.ts';

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
