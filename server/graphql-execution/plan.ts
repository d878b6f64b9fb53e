import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getOperationAST,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';

/** A query taken apart: what is the same each time it is executed. */
export interface OperationPlan {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
  readonly root: ObjectPlan;
}

/** The fields that are asked of an object, in the order of the answer. */
export interface ObjectPlan {
  readonly fields: readonly FieldPlan[];
}

export interface FieldPlan {
  /** Which one of the whole plan it is, counted from 0. */
  readonly at: number;
  /** Its name in the answer. */
  readonly key: string;
  /** Where the query asks for it; the arguments of all are the same. */
  readonly nodes: readonly FieldNode[];
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly shape: Shape;
}

/** How a value becomes part of the answer. */
export type Shape = { readonly isNullable: boolean } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly object: ObjectPlan }
  | { readonly kind: 'list'; readonly item: Shape }
);

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** Larger ones are executed without a plan: fifty of them are kept. */
const MAX_FIELDS = 1000;

/**
 * Plans a query.
 * @param document one that is valid for the schema
 * @returns undefined for what has no plan: another operation than a query, a directive, a question about the schema, an
 *   interface or a union, a name that JavaScript gives a meaning, more than a thousand fields
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationPlan | undefined {
  const operation = getOperationAST(document, operationName);
  const type = schema.getQueryType();
  if (!type || operation?.operation !== OperationTypeNode.QUERY) return undefined;
  const named = document.definitions.filter(node => node.kind === Kind.FRAGMENT_DEFINITION);
  const fragments = Object.fromEntries(named.map(node => [node.name.value, node]));
  try {
    return { operation, fragments, root: new Planner(fragments).object(type, [operation.selectionSet]) };
  } catch (error) {
    if (error instanceof NoPlan) return undefined;
    throw error;
  }
}

class NoPlan extends Error {}

type Collected = Map<string, FieldNode[]>;

class Planner {
  readonly #fragments: Fragments;
  #fields = 0;

  constructor(fragments: Fragments) {
    this.#fragments = fragments;
  }

  object(type: GraphQLObjectType, sets: readonly (SelectionSetNode | undefined)[]): ObjectPlan {
    const collected: Collected = new Map();
    const spread = new Set<string>();
    for (const set of sets) if (set) this.#collect(type, set, collected, spread);
    return { fields: [...collected].map(([key, nodes]) => this.#field(type, key, nodes)) };
  }

  /** As the specification has it (CollectFields). @param spread the fragments that have been taken in */
  #collect(type: GraphQLObjectType, { selections }: SelectionSetNode, into: Collected, spread: Set<string>): void {
    for (const node of selections) {
      if (node.directives && node.directives.length > 0) throw new NoPlan();
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        into.set(key, [...(into.get(key) ?? []), node]);
        continue;
      }
      const inner = node.kind === Kind.FRAGMENT_SPREAD ? this.#spread(node.name.value, spread) : node;
      if (inner && isMet(inner.typeCondition, type)) this.#collect(type, inner.selectionSet, into, spread);
    }
  }

  /** @returns a fragment, the first time */
  #spread(name: string, spread: Set<string>): FragmentDefinitionNode | undefined {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.#fragments[name];
  }

  #field(parent: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): FieldPlan {
    const name = nodes[0]!.name.value;
    const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parent.getFields()[name];
    // Questions about the schema are no fields of the type.
    if (!definition || key === '__proto__') throw new NoPlan();
    const at = this.#fields++;
    if (at >= MAX_FIELDS) throw new NoPlan();
    const shape = this.#shape(definition.type, nodes);
    return { at, key, nodes, parent, definition, resolve: definition.resolve ?? defaultFieldResolver, shape };
  }

  #shape(declared: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    const isNullable = !isNonNullType(declared);
    const type = isNonNullType(declared) ? declared.ofType : declared;
    if (isLeafType(type)) return { isNullable, kind: 'leaf', type };
    if (isListType(type)) return { isNullable, kind: 'list', item: this.#shape(type.ofType, nodes) };
    // Who is of such a type is asked by a function, which may take its time.
    if (!isObjectType(type) || type.isTypeOf) throw new NoPlan();
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    return { isNullable, kind: 'object', object: this.object(type, sets) };
  }
}

/** Without interfaces and unions a condition is the very type, or never met. */
function isMet(condition: NamedTypeNode | undefined, type: GraphQLObjectType): boolean {
  return !condition || condition.name.value === type.name;
}
