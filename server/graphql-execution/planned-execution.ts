import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { type OperationPlan, planOperation } from './plan.ts';
import { type Execution, runPlan } from './run-plan.ts';

interface Arguments extends Execution {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
}

/**
 * Executes queries by plans, which are made once for each document that is kept: the fields of each type, how each value is
 * written. GraphQL's own executors find that out again for every value, and take twice the time.
 * @returns a function that executes a query, or returns undefined when another executor has to
 */
export function plannedExecution(
  schema: GraphQLSchema,
): (args: Arguments) => ExecutionResult | Promise<ExecutionResult> | undefined {
  const plans = new WeakMap<DocumentNode, Map<string | null, OperationPlan>>();
  const planOf = (document: DocumentNode, operationName: string | null | undefined) => {
    const known = plans.get(document) ?? new Map<string | null, OperationPlan>();
    plans.set(document, known);
    const name = operationName ?? null;
    const plan = known.get(name) ?? planOperation(schema, document, name);
    // Any name may be asked for; those that the document has are few.
    if (plan) known.set(name, plan);
    return plan;
  };
  return args => {
    const plan = planOf(args.document, args.operationName);
    return plan && runPlan(plan, args);
  };
}
