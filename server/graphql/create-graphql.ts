import { readFile } from 'node:fs/promises';
import { createSchema, createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { BackupNews } from '../backups/backup-news.ts';
import { backupResolvers } from '../backups/resolvers.ts';
import { databaseResolvers } from '../databases/resolvers.ts';
import type { DailyTotals } from '../statistics/daily-totals.ts';
import { statisticsResolvers } from '../statistics/resolvers.ts';
import type { GraphqlContext, RequestContext } from './context.ts';
import { endRefused } from './end-refused.ts';
import { logUnforeseen, maskError } from './errors.ts';
import { limits } from './limits.ts';
import { Loaders } from './loaders.ts';
import { onlyJson } from './only-json.ts';
import type { Resolvers } from './resolver-types.ts';
import { RowBudget } from './row-budget.ts';
import { scalars } from './scalars.ts';

export type Graphql = YogaServerInstance<RequestContext, GraphqlContext>;

export interface GraphqlDependencies {
  readonly log: Logger;
  readonly totals: DailyTotals;
  readonly news: BackupNews;
  /** Whether clients may ask for the schema, as GraphiQL does. */
  readonly introspection: boolean;
}

/** Joins the contract in schema.graphql with the features' resolvers. */
export async function createGraphql({ log, totals, news, introspection }: GraphqlDependencies): Promise<Graphql> {
  const typeDefs = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
  return createYoga<RequestContext, GraphqlContext>({
    schema: createSchema<GraphqlContext>({ typeDefs, resolvers: { ...scalars, ...resolvers } }),
    context: ({ em }) => ({ loaders: new Loaders(em), budget: new RowBudget(), totals, news }) as GraphqlContext,
    graphqlEndpoint: '/graphql',
    // Yoga only sees that it is a browser that asks: http/graphql-route.ts sends the page.
    graphiql: introspection,
    renderGraphiQL: () => '',
    landingPage: false,
    // The service answers under its own health paths, and writes its own log.
    healthCheckEndpoint: '/graphql/healthy',
    logging: false,
    cors: false,
    multipart: false,
    // http/read-body.ts has read the body, and no more of it than is allowed.
    maxRequestBodySize: false,
    maskedErrors: { maskError },
    plugins: [onlyJson, endRefused, ...limits({ introspection }), logUnforeseen(log)],
  });
}

const { Query: backupQueries, ...backupTypes } = backupResolvers;
const { Query: databaseQueries, ...databaseTypes } = databaseResolvers;
const { Query: statisticsQueries, ...statisticsTypes } = statisticsResolvers;

const resolvers: Resolvers = {
  Query: { ...databaseQueries, ...backupQueries, ...statisticsQueries },
  ...backupTypes,
  ...databaseTypes,
  ...statisticsTypes,
};
