import { readFile } from 'node:fs/promises';
import { GraphQLError } from 'graphql';
import { createSchema, createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import { backupResolvers } from './backups/resolvers.ts';
import { databaseResolvers } from './databases/resolvers.ts';
import { foreseenError } from './errors.ts';
import type { HistoryManager } from './history/history.ts';

/** What the route hands to every resolver. */
export interface GraphqlContext {
  readonly em: HistoryManager;
  readonly requestId: string;
}

export type Graphql = YogaServerInstance<GraphqlContext, object>;

/** Joins the contract in schema.graphql with the features' resolvers. */
export async function createGraphql({ log }: { log: Logger }): Promise<Graphql> {
  const typeDefs = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
  const { Query: backupQueries, ...backupTypes } = backupResolvers;
  const { Query: databaseQueries, ...databaseTypes } = databaseResolvers;
  const resolvers = { Query: { ...databaseQueries, ...backupQueries }, ...databaseTypes, ...backupTypes };
  return createYoga<GraphqlContext>({
    schema: createSchema<GraphqlContext>({ typeDefs, resolvers }),
    graphqlEndpoint: '/graphql',
    // One offline page, without a CDN. Its nine megabytes are loaded when the first browser asks for them.
    renderGraphiQL: async options => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    landingPage: false,
    // The service answers under its own health paths, and writes its own log.
    healthCheckEndpoint: '/graphql/healthy',
    logging: false,
    cors: false,
    maskedErrors: { maskError },
    plugins: [logUnforeseen(log)],
  });
}

/** The same errors as REST's, with their code in `extensions.code`; what nobody foresaw shows nothing of itself. */
function maskError(error: unknown): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
  const cause = graphqlError.originalError;
  if (!cause || cause instanceof GraphQLError) return graphqlError;
  const foreseen = foreseenError(cause);
  const message = foreseen?.message ?? 'Something went wrong in the service: its log says more';
  const extensions = foreseen ? { code: foreseen.code, errors: foreseen.errors } : { code: 'INTERNAL_ERROR' };
  return new GraphQLError(message, { nodes: graphqlError.nodes ?? null, path: graphqlError.path ?? null, extensions });
}

/** Runs before the errors are masked, while their cause can still be seen. */
function logUnforeseen(log: Logger): Plugin<GraphqlContext> {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        const { requestId } = args.contextValue as GraphqlContext;
        for (const { originalError: err } of 'errors' in result ? (result.errors ?? []) : [])
          if (err && (foreseenError(err)?.status ?? 500) >= 500)
            log.error({ err, requestId }, 'a GraphQL query failed');
      },
    }),
  };
}
