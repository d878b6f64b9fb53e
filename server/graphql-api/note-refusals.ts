import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../errors/errors.ts';
import type { GraphqlContext } from './resolvers/context.ts';
import { refusedChange } from './resolvers/refused-changes.ts';

/** Notes what a question was refused, each code once for each change: thousands of fields may be refused alike. */
export const noteRefusals: Plugin<GraphqlContext> = {
  onExecute: ({ args }) => ({
    onExecuteDone({ result }) {
      if ('errors' in result) note(result.errors, args.contextValue);
    },
  }),
  onSubscribe: ({ args }) => ({
    onSubscribeResult({ result }) {
      if ('errors' in result) note(result.errors, args.contextValue);
      return { onNext: ({ result }) => note(result.errors, args.contextValue) };
    },
  }),
};

function note(errors: readonly GraphQLError[] | undefined, { onRefused }: GraphqlContext): void {
  const refused = new Map<string, AppError>();
  for (const { originalError } of errors ?? [])
    if (originalError instanceof AppError)
      refused.set(JSON.stringify([originalError.code, refusedChange(originalError)]), originalError);
  for (const error of refused.values()) onRefused(error, refusedChange(error));
}
