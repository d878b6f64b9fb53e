import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
  locatedError,
} from 'graphql';
import type { FieldPlan, ObjectPlan, OperationPlan, Shape } from './plan.ts';

/** What a query is executed with. */
export interface Execution {
  readonly schema: GraphQLSchema;
  readonly rootValue?: unknown;
  readonly contextValue?: unknown;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

type Values = Record<string, unknown>;

/**
 * Executes a planned query as the specification has it. A resolver that is late must return a promise of JavaScript's own,
 * and none learns the path of its field.
 * @returns undefined when the variables are not as declared
 */
export function runPlan(
  plan: OperationPlan,
  execution: Execution,
): ExecutionResult | Promise<ExecutionResult> | undefined {
  const declared = plan.operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(execution.schema, declared, execution.variableValues ?? {}, { maxErrors: 1 });
  return coerced && new PlanRun(plan, execution, coerced).result();
}

/** Where a value is, from within outwards. */
interface Path {
  readonly key: string | number;
  readonly outer: Path | undefined;
}

/** What all calls of a field's resolver share. */
interface Call {
  readonly args: Values;
  readonly info: GraphQLResolveInfo;
}

class PlanRun {
  readonly #plan: OperationPlan;
  readonly #execution: Execution;
  readonly #variables: Values;
  readonly #calls: Call[] = [];
  readonly #errors: GraphQLError[] = [];

  constructor(plan: OperationPlan, execution: Execution, variables: Values) {
    this.#plan = plan;
    this.#execution = execution;
    this.#variables = variables;
  }

  result(): ExecutionResult | Promise<ExecutionResult> {
    try {
      const data = this.#object(this.#plan.root, this.#execution.rootValue, undefined);
      return data instanceof Promise
        ? data.then(
            data => this.#answer(data),
            error => this.#failed(error),
          )
        : this.#answer(data);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #answer(data: Values | null): ExecutionResult {
    return this.#errors.length === 0 ? { data } : { errors: this.#errors, data };
  }

  /** What made a field null that can't be. */
  #failed(error: unknown): ExecutionResult {
    this.#errors.push(locatedError(error, undefined));
    return this.#answer(null);
  }

  #object({ fields }: ObjectPlan, source: unknown, path: Path | undefined): Values | Promise<Values> {
    const values: Values = {};
    let late: Promise<void>[] | undefined;
    try {
      for (const field of fields) {
        const { key } = field;
        const value = this.#field(field, source, path);
        if (value instanceof Promise) {
          values[key] = undefined; // so that it has its place in the order
          late ??= [];
          late.push(
            value.then(value => {
              values[key] = value;
            }),
          );
        } else values[key] = value;
      }
    } catch (error) {
      return afterAll(late ?? [], error);
    }
    return late ? Promise.all(late).then(() => values) : values;
  }

  #field(field: FieldPlan, source: unknown, path: Path | undefined): unknown {
    try {
      const { args, info } = this.#calls[field.at] ?? this.#callOf(field);
      const result = field.resolve(source, args, this.#execution.contextValue, info);
      return this.#settled(field, field.shape, result, path, field.key);
    } catch (error) {
      return this.#fail(error, field, field.shape, path, field.key);
    }
  }

  #list(field: FieldPlan, item: Shape, items: unknown, path: Path): unknown {
    if (typeof items !== 'object' || items === null || !(Symbol.iterator in items))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${nameOf(field)}".`);
    const values: unknown[] = [];
    let isLate = false;
    try {
      for (const value of items as Iterable<unknown>) {
        const settled = this.#settled(field, item, value, path, values.length);
        if (settled instanceof Promise) isLate = true;
        values.push(settled);
      }
    } catch (error) {
      return afterAll([...values, ...(items as Iterable<unknown>)], error);
    }
    return isLate ? Promise.all(values) : values;
  }

  /** @returns what stands in the answer, or a promise of it @throws GraphQLError where there can't be null instead */
  #settled(field: FieldPlan, shape: Shape, value: unknown, outer: Path | undefined, key: string | number): unknown {
    if (value instanceof Promise)
      return value.then(
        value => this.#settled(field, shape, value, outer, key),
        error => this.#fail(error, field, shape, outer, key),
      );
    try {
      const completed = this.#completed(field, shape, value, outer, key);
      if (!(completed instanceof Promise)) return completed;
      return completed.then(undefined, error => this.#fail(error, field, shape, outer, key));
    } catch (error) {
      return this.#fail(error, field, shape, outer, key);
    }
  }

  #completed(field: FieldPlan, shape: Shape, value: unknown, outer: Path | undefined, key: string | number): unknown {
    if (value instanceof Error) throw value;
    if (value === null || value === undefined) {
      if (shape.isNullable) return null;
      throw new Error(`Cannot return null for non-nullable field ${nameOf(field)}.`);
    }
    if (shape.kind === 'leaf') return serialized(shape.type, value);
    const path = { key, outer };
    return shape.kind === 'object'
      ? this.#object(shape.object, value, path)
      : this.#list(field, shape.item, value, path);
  }

  #fail(error: unknown, { nodes }: FieldPlan, shape: Shape, outer: Path | undefined, key: string | number): null {
    const located = locatedError(error, nodes, keysOf({ key, outer }));
    if (!shape.isNullable) throw located;
    this.#errors.push(located);
    return null;
  }

  /** @throws GraphQLError when an argument is not as declared, each time */
  #callOf({ at, definition, nodes, parent }: FieldPlan): Call {
    const { schema, rootValue } = this.#execution;
    const { operation, fragments } = this.#plan;
    const variableValues = this.#variables;
    const info = {
      ...{ fieldName: definition.name, fieldNodes: nodes, returnType: definition.type, parentType: parent },
      ...{ schema, fragments, rootValue, operation, variableValues },
      get path(): never {
        throw new Error('A field of a planned query does not know its path');
      },
    };
    const call = { args: getArgumentValues(definition, nodes[0]!, variableValues), info };
    this.#calls[at] = call;
    return call;
  }
}

/** Waits for all that is late, so that no failure of it is left unhandled. @throws the error */
function afterAll(results: readonly unknown[], error: unknown): Promise<never> {
  if (!results.some(result => result instanceof Promise)) throw error;
  return Promise.allSettled(results).then(() => Promise.reject(error));
}

function serialized(type: GraphQLLeafType, value: unknown): unknown {
  const written = type.serialize(value);
  if (written === null || written === undefined) throw new Error(`A value can't be written as ${type.name}`);
  return written;
}

function nameOf({ parent, definition }: FieldPlan): string {
  return `${parent.name}.${definition.name}`;
}

function keysOf(path: Path): Array<string | number> {
  const keys = [];
  for (let at: Path | undefined = path; at; at = at.outer) keys.push(at.key);
  return keys.reverse();
}
