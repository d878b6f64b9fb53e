import { GraphQLError } from 'graphql';
import type { Plugin, YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';
import { toExpectedError } from '../errors/expected-error.ts';
import { requestIdOfScope } from '../http/request-scope.ts';
import type { GraphqlContext } from './resolvers/context.ts';

/** The same errors as REST's, with their code in `extensions.code`; unexpected errors show no details. */
export function maskError(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  const graphqlError = error instanceof GraphQLError ? error : new GraphQLError('', { originalError });
  if (isOfGraphql(graphqlError)) return withCode(graphqlError);
  const foreseen = toExpectedError(graphqlError.originalError);
  const message = foreseen?.message ?? 'The service failed with an internal error: its log shows the cause';
  const extensions = foreseen ? { code: foreseen.code, errors: foreseen.errors } : { code: 'INTERNAL_ERROR' };
  return new GraphQLError(message, { nodes: graphqlError.nodes ?? null, path: graphqlError.path ?? null, extensions });
}

/** @returns whether GraphQL itself refuses the question: the client's mistake, and not one of a resolver */
function isOfGraphql({ originalError }: GraphQLError): boolean {
  return !originalError || (originalError instanceof GraphQLError && isOfGraphql(originalError));
}

/**
 * Variables and arguments that are not as declared come without a code, or with one of the executor's own for
 * subscriptions.
 */
function withCode(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  if (code === undefined || code === 'BAD_USER_INPUT') error.extensions.code = 'VALIDATION_FAILED';
  return error;
}

/** So many errors of one question are logged: one cause can fail each of thousands of fields. */
const MAX_LOGGED = 5;

/** So many are shown: one cause can fail each of thousands of fields, and to write as many errors takes seconds. */
const MAX_SHOWN = 100;

/** Runs before the errors are masked, while their cause can still be seen. */
export function logUnforeseen(log: Logger): Plugin<GraphqlContext> {
  const tell = (errors: readonly GraphQLError[] | undefined, { requestId }: GraphqlContext) => {
    const ours = new Set((errors ?? []).filter(isOurs).map(({ originalError }) => originalError));
    for (const err of [...ours].slice(0, MAX_LOGGED))
      log.error({ err, request_id: requestId, errors: ours.size }, 'a GraphQL query failed');
  };
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result, setResult }) {
        if (!('errors' in result)) return;
        tell(result.errors, args.contextValue);
        if (result.errors!.length > MAX_SHOWN) setResult({ ...result, errors: result.errors!.slice(0, MAX_SHOWN) });
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult({ result }) {
        if ('errors' in result) tell(result.errors, args.contextValue);
        return { onNext: ({ result }) => tell(result.errors, args.contextValue) };
      },
    }),
  };
}

function isOurs(error: GraphQLError): boolean {
  return !isOfGraphql(error) && (toExpectedError(error.originalError)?.status ?? 500) >= 500;
}

/** @returns a logger for Yoga that writes what goes wrong outside of a query's execution, and nothing else */
export function logUnmasked(log: Logger): YogaLogger {
  const nothing = () => {};
  const error = (err: unknown) => {
    // What a resolver throws is located in the query by then, and logged above.
    if (!(err instanceof GraphQLError)) log.error({ err, request_id: requestIdOfScope() }, 'a GraphQL request failed');
  };
  return { debug: nothing, info: nothing, warn: nothing, error };
}
