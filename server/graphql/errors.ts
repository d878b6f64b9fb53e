import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { foreseenError } from '../errors.ts';
import type { GraphqlContext } from './context.ts';

/** The same errors as REST's, with their code in `extensions.code`; what nobody foresaw shows nothing of itself. */
export function maskError(error: unknown): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
  const cause = graphqlError.originalError;
  if (!cause || cause instanceof GraphQLError) return withCode(graphqlError);
  const foreseen = foreseenError(cause);
  const message = foreseen?.message ?? 'Something went wrong in the service: its log says more';
  const extensions = foreseen ? { code: foreseen.code, errors: foreseen.errors } : { code: 'INTERNAL_ERROR' };
  return new GraphQLError(message, { nodes: graphqlError.nodes ?? null, path: graphqlError.path ?? null, extensions });
}

/** Variables that are not as declared are refused before any field is looked at, and without a code. */
function withCode(error: GraphQLError): GraphQLError {
  if (!error.path) error.extensions.code ??= 'VALIDATION_FAILED';
  return error;
}

/** Runs before the errors are masked, while their cause can still be seen. */
export function logUnforeseen(log: Logger): Plugin<GraphqlContext> {
  const tell = (errors: readonly GraphQLError[] | undefined, { requestId }: GraphqlContext) => {
    for (const { originalError: err } of errors ?? [])
      if (err && (foreseenError(err)?.status ?? 500) >= 500) log.error({ err, requestId }, 'a GraphQL query failed');
  };
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        if ('errors' in result) tell(result.errors, args.contextValue as GraphqlContext);
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult({ result }) {
        if ('errors' in result) tell(result.errors, args.contextValue as GraphqlContext);
        return { onNext: ({ result }) => tell(result.errors, args.contextValue as GraphqlContext) };
      },
    }),
  };
}
