import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { GraphqlContext } from './resolvers/context.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/**
 * Wraps all resolvers of a schema, also those that no one wrote.
 *
 * When an item of a list fails at once, the executor throws, and no one waits any longer for the items before it: the next
 * of them that fails is an unhandled rejection. So no resolver throws, and the items of a list of objects are promises:
 * anything that fails in one of them (an argument and a directive too, which the executor looks at before any resolver) is a
 * rejection, and the executor waits for all.
 *
 * Here too each value of an answer is counted: what is short to ask may be very long to answer.
 */
export function guardResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()))
      field.resolve = guarded(field.resolve ?? defaultFieldResolver, field.type, type !== schema.getSubscriptionType());
  }
}

/** @param mayBeLate whether it may belong to work that has been refused already: an event of a subscription never does */
function guarded(resolve: Resolver, type: GraphQLOutputType, mayBeLate: boolean): Resolver {
  const isList = isListType(getNullableType(type));
  const isLeaf = isLeafType(getNamedType(type));
  const priced = (value: unknown, { budget }: GraphqlContext) => {
    if (Array.isArray(value)) for (const item of value) budget.answer(item);
    else budget.answer(value);
    return value;
  };
  return (source, args, context, info) => {
    try {
      if (mayBeLate) context.budget.check();
      const result = resolve(source, args, context, info);
      if (isLeaf) return isPromise(result) ? result.then(value => priced(value, context)) : priced(result, context);
      if (!isList) return result;
      return Promise.resolve(result).then(items => paced(items, context, info));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

function isPromise(result: unknown): result is Promise<unknown> {
  return result instanceof Promise;
}

function paced(items: unknown, { pace }: GraphqlContext, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(items)) return items;
  const values = valuesAsked(info);
  return items.map(item => pace.pass(item, values));
}

/** @returns how many fields are asked of each item, with all that is in them */
function valuesAsked({ fieldNodes, fragments }: GraphQLResolveInfo): number {
  return fieldNodes.reduce((sum, { selectionSet }) => sum + valuesIn(selectionSet, fragments), 0);
}

/** Each set is counted once: fragments that spread one another twice would make this take for ever. */
const counted = new WeakMap<SelectionSetNode, number>();

function valuesIn(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo['fragments']): number {
  if (!set) return 0;
  const known = counted.get(set);
  if (known !== undefined) return known;
  const values = set.selections.reduce((sum, node) => {
    const inner = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
    return sum + (node.kind === Kind.FIELD ? 1 : 0) + valuesIn(inner?.selectionSet, fragments);
  }, 0);
  counted.set(set, values);
  return values;
}
