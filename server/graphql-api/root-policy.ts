import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { type Action, authorize } from '../auth/policy.ts';
import type { GraphqlContext } from './resolvers/context.ts';
import { notingChange } from './resolvers/refused-changes.ts';

/** What each field of a root does. What lies below shows only what the root has found in scope. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'Query.databases': 'list',
  'Query.database': 'list',
  'Query.backups': 'list',
  'Query.backup': 'list',
  'Query.fleetProven': 'list',
  'Query.statistics': 'list',
  'Query.runs': 'list',
  'Query.rosters': 'list',
  'Query.watchedDatabases': 'list',
  'Query.stateChanges': 'list',
  'Query.auditEntries': 'audit',
  'Query.retentionPlans': 'list',
  'Query.retentionPlan': 'list',
  'Query.alarms': 'list',
  'Query.tokens': 'tokens',
  'Mutation.pinBackup': 'pin',
  'Mutation.unpinBackup': 'pin',
  'Mutation.holdBackup': 'pin',
  'Mutation.releaseBackup': 'pin',
  'Mutation.forgetBackup': 'remove',
  'Mutation.takeBackBackup': 'remove',
  'Mutation.applyRetentionPlan': 'prune',
  'Mutation.acknowledgeAlarm': 'acknowledge',
  'Mutation.testChannel': 'testChannel',
  'Mutation.createToken': 'tokens',
  'Mutation.revokeToken': 'tokens',
  'Mutation.rotateToken': 'tokens',
  'Mutation.pauseDatabase': 'watch',
  'Mutation.resumeDatabase': 'watch',
  'Mutation.retireDatabase': 'watch',
  'Subscription.backupReceived': 'list',
};

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/**
 * Has each field of the roots ask the policy before anything is looked up.
 * @throws Error for a field that is not listed here
 */
export function guardRoots(schema: GraphQLSchema): void {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    for (const field of Object.values(type?.getFields() ?? {})) guardField(type!.name, field);
}

function guardField(root: string, field: GraphQLField<unknown, GraphqlContext>): void {
  const { name, resolve, subscribe } = field;
  const action = ACTIONS[`${root}.${name}`];
  if (!action) throw new Error(`no one has said who may use the field ${root}.${name}`);
  if (subscribe) field.subscribe = guarded(subscribe, action);
  else if (resolve)
    field.resolve = root === 'Mutation' ? notingChange(name, guarded(resolve, action)) : guarded(resolve, action);
  else throw new Error(`the field ${root}.${name} has no resolver`);
}

function guarded(resolve: Resolver, action: Action): Resolver {
  return (source, args, context, info) => {
    authorize(context.principal, action);
    return resolve(source, args, context, info);
  };
}
