import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, parse } from 'graphql';
import { createSchema, createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import { RowBudget } from '../graphql/row-budget.ts';
import { Throttle } from '../graphql/throttle.ts';
import { documentCache } from './document-cache.ts';
import { endRefused } from './end-refused.ts';
import { logUnforeseen, logUnmasked, maskError } from './errors.ts';
import { guardResolvers } from './guard-resolvers.ts';
import { limits } from './limits.ts';
import { noteRefusals } from './note-refusals.ts';
import { onlyJson, refuseBrokenParameters } from './only-json.ts';
import { alarmResolvers } from './resolvers/alarm-resolvers.ts';
import { auditResolvers } from './resolvers/audit-resolvers.ts';
import { backupResolvers } from './resolvers/backup-resolvers.ts';
import type { GraphqlContext, RequestContext } from './resolvers/context.ts';
import { databaseResolvers } from './resolvers/database-resolvers.ts';
import { freshnessResolvers } from './resolvers/freshness-resolvers.ts';
import { Loaders } from './resolvers/loaders.ts';
import { removalResolvers } from './resolvers/removal-resolvers.ts';
import { reportResolvers } from './resolvers/report-resolvers.ts';
import type { Resolvers } from './resolvers/resolver-types.ts';
import { retentionResolvers } from './resolvers/retention-resolvers.ts';
import { runResolvers } from './resolvers/run-resolvers.ts';
import { tokenResolvers } from './resolvers/token-resolvers.ts';
import { guardRoots } from './root-policy.ts';
import { createScalars } from './scalars.ts';

export type Graphql = YogaServerInstance<RequestContext, GraphqlContext>;

interface GraphqlDependencies
  extends Pick<GraphqlContext, 'totals' | 'events' | 'tokens' | 'storage' | 'retention' | 'configuration'> {
  readonly log: Logger;
  /** Whether clients may ask for the schema, as GraphiQL does. */
  readonly introspection: boolean;
}

/** Joins the contract in schema.graphql with the features' resolvers. */
export async function createGraphql({
  log,
  totals,
  events,
  tokens,
  storage,
  retention,
  configuration,
  introspection,
}: GraphqlDependencies): Promise<Graphql> {
  schema ??= makeSchema();
  return createYoga<RequestContext, GraphqlContext>({
    schema: await schema,
    context: ({ em, scope, ...rest }) => {
      const own = { loaders: new Loaders({ em, scope }), budget: new RowBudget(), pace: new Throttle() };
      return { em, scope, ...rest, tokens, storage, configuration, retention, totals, events, ...own };
    },
    graphqlEndpoint: '/graphql',
    // Yoga only sees that it is a browser that asks: http/graphql-route.ts sends the page.
    graphiql: introspection,
    renderGraphiQL: () => '',
    landingPage: false,
    // The service answers under its own health paths. Yoga looks at how the URL ends: with a blank none does.
    healthCheckEndpoint: ' ',
    logging: logUnmasked(log),
    cors: false,
    multipart: false,
    // http/read-body.ts has read the body, and no more of it than is allowed.
    maxRequestBodySize: false,
    parserAndValidationCache: { documentCache: documentCache(), errorCache: documentCache() },
    maskedErrors: { maskError },
    plugins: [onlyJson, refuseBrokenParameters, endRefused, ...limits({ introspection }), ...noting(log)],
  });
}

/** The same for all services of a process: what is a service's own comes with the context. */
let schema: Promise<GraphQLSchema> | undefined;

async function makeSchema(): Promise<GraphQLSchema> {
  const typeDefs = parse(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'), {
    noLocation: true,
  });
  const own = createSchema<GraphqlContext>({
    typeDefs,
    resolvers: { ...createScalars(typeDefs), ...resolvers },
    // requests.test.ts reads the file with all checks: here they would take half of the time.
    assumeValidSDL: true,
  });
  guardRoots(own);
  guardResolvers(own);
  return own;
}

/** Before the errors are masked. */
function noting(log: Logger): Plugin<GraphqlContext>[] {
  return [noteRefusals, logUnforeseen(log)];
}

const { Query: backupQueries, Backup, ...backupTypes } = backupResolvers;
const { Query: databaseQueries, Database, ...databaseTypes } = databaseResolvers;
const {
  Query: freshnessQueries,
  Mutation: freshnessMutations,
  Database: freshnessOfDatabase,
  ...freshnessTypes
} = freshnessResolvers;
const { Query: tokenQueries, Mutation: tokenMutations, ...tokenTypes } = tokenResolvers;
const { Query: alarmQueries, Mutation: alarmMutations, ...alarmTypes } = alarmResolvers;
const { Query: auditQueries, ...auditTypes } = auditResolvers;
const {
  Query: retentionQueries,
  Mutation: retentionMutations,
  Backup: retentionOfBackup,
  Database: retentionOfDatabase,
  ...retentionTypes
} = retentionResolvers;
const { Query: runQueries, Database: runsOfDatabase, ...runTypes } = runResolvers;
const { Query: reportQueries, Backup: reportsOfBackup, Database: reportsOfDatabase, ...reportTypes } = reportResolvers;
const { Mutation: removalMutations, Backup: removalOfBackup, ...removalTypes } = removalResolvers;

const resolvers: Resolvers = {
  Query: {
    ...databaseQueries,
    ...backupQueries,
    ...reportQueries,
    ...runQueries,
    ...alarmQueries,
    ...auditQueries,
    ...freshnessQueries,
    ...retentionQueries,
    ...tokenQueries,
  },
  Mutation: {
    ...alarmMutations,
    ...freshnessMutations,
    ...tokenMutations,
    ...removalMutations,
    ...retentionMutations,
  },
  Backup: { ...Backup, ...reportsOfBackup, ...removalOfBackup, ...retentionOfBackup },
  Database: { ...Database, ...freshnessOfDatabase, ...reportsOfDatabase, ...runsOfDatabase, ...retentionOfDatabase },
  ...backupTypes,
  ...databaseTypes,
  ...reportTypes,
  ...runTypes,
  ...alarmTypes,
  ...auditTypes,
  ...retentionTypes,
  ...freshnessTypes,
  ...tokenTypes,
  ...removalTypes,
};
