import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ValidationContext,
  type VariableDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * What a document may be before it is run. How much it reads when it runs is the `RowBudget`'s affair, since that hangs on
 * the sizes of pages.
 */
export const LIMITS = {
  /** Words and signs; GraphiQL's own question about the schema has about 300. */
  tokens: 1000,
  /** Levels of braces. */
  depth: 10,
  aliases: 20,
  /** Fields times the sizes of the pages that they are in, as far as those are written out; half as much again for each level. */
  cost: 1_000_000,
};

/** @returns what refuses a document that is larger than any client needs, before any of it is executed */
export function limits({ introspection }: { introspection: boolean }): Plugin[] {
  const options = { exposeLimits: true, onReject: [explain] };
  return [
    maxTokensPlugin({ n: LIMITS.tokens, ...options }),
    maxDepthPlugin({ n: LIMITS.depth, ...options }),
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], ...options }),
    costLimitPlugin({ maxCost: LIMITS.cost, ...options }),
    withoutReservedNames,
    ...(introspection ? [] : [withoutIntrospection]),
  ];
}

/** The plugins call each limit an error of syntax, and give no code. */
function explain(_: unknown, error: GraphQLError): void {
  error.message = error.message.replace('Syntax Error: ', '');
  error.extensions.code = 'QUERY_TOO_LARGE';
}

/**
 * Names that begin with two underscores are GraphQL's own. Of a variable `$__proto__` the executor would lose the value, and
 * run the question without it.
 */
const withoutReservedNames: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule((context: ValidationContext) => ({
      VariableDefinition({ variable }: VariableDefinitionNode) {
        if (!variable.name.value.startsWith('__')) return;
        const message = `The name of the variable "$${variable.name.value}" is reserved: no name may begin with "__"`;
        context.reportError(new GraphQLError(message, { nodes: variable }));
      },
    }));
  },
};

/** Neither by asking, nor by mistyping names until the answer guesses right. */
const withoutIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
    return ({ valid, result, setResult }) => {
      if (!valid) setResult(result.map(withoutGuess));
    };
  },
};

function withoutGuess(error: Error): Error {
  if (!(error instanceof GraphQLError)) return error;
  const { message, nodes, extensions } = error;
  return new GraphQLError(message.replace(/ Did you mean .*/s, ''), { nodes: nodes ?? null, extensions });
}
