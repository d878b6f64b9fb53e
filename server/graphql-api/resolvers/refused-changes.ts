import type { GraphQLFieldResolver } from 'graphql';
import type { AuditAction } from '../../audit/entry.ts';
import type { WantedDeed } from '../../audit/requested-deed.ts';
import { AppError } from '../../errors/errors.ts';
import type { GraphqlContext } from './context.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/** What each mutation does, as the trail calls it. The address is the same for all. */
const ACTIONS: Readonly<Record<string, AuditAction>> = {
  pinBackup: 'pin',
  unpinBackup: 'unpin',
  holdBackup: 'hold',
  releaseBackup: 'release',
  forgetBackup: 'forget',
  takeBackBackup: 'take_back',
  applyRetentionPlan: 'retention_apply',
  acknowledgeAlarm: 'alarm_acknowledge',
  testChannel: 'channel_test',
  createToken: 'token_create',
  revokeToken: 'token_revoke',
  rotateToken: 'token_rotate',
  pauseDatabase: 'pause',
  resumeDatabase: 'resume',
  retireDatabase: 'retire',
};

const changes = new WeakMap<AppError, WantedDeed>();

/** @returns what was wanted, when a change was refused with this error */
export function refusedChange(error: AppError): WantedDeed | undefined {
  return changes.get(error);
}

/**
 * Notes for each error of a mutation what it wanted to change.
 * @param name of the mutation
 * @throws Error for a mutation that is not listed here
 */
export function notingChange(name: string, resolve: Resolver): Resolver {
  const action = ACTIONS[name];
  if (!action) throw new Error(`no one has said what the trail calls the mutation ${name}`);
  return async (source, args, context, info) => {
    try {
      return await resolve(source, args, context, info);
    } catch (error) {
      if (error instanceof AppError) changes.set(error, { action, ...subjectOf(name, args) });
      throw error;
    }
  };
}

/** Others are about an alarm, a plan or a token, which entries of refusals do not have. */
function subjectOf(name: string, { id, name: database }: Record<string, unknown>): Omit<WantedDeed, 'action'> {
  if (name.endsWith('Database')) return { database: String(database) };
  return name.endsWith('Backup') && /^[1-9]\d{0,8}$/.test(String(id)) ? { backupId: Number(id) } : {};
}
