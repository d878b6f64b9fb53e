import { idIn } from '../../backups/queries/find-backup.ts';
import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import { type DecidingBackup, forget, keepBackup, releaseBackup, takeBack } from '../../decisions/decide-backup.ts';
import { removalOf } from '../../entities/backup.entity.ts';
import { isActive } from '../../entities/pin.entity.ts';
import { AppError, notFound } from '../../errors/errors.ts';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './resolver-types.ts';

export const removalResolvers = {
  Mutation: {
    pinBackup: (_, { id, reason, endsAt }, context) =>
      change(context, id, (deciding, id) => keepBackup(deciding, id, { kind: 'pin', reason, endsAt })),
    unpinBackup: (_, { id }, context) => change(context, id, (deciding, id) => releaseBackup(deciding, id, 'pin')),
    holdBackup: (_, { id, reason }, context) =>
      change(context, id, (deciding, id) => keepBackup(deciding, id, { kind: 'hold', reason })),
    releaseBackup: (_, { id }, context) => change(context, id, (deciding, id) => releaseBackup(deciding, id, 'hold')),
    forgetBackup: (_, { id, reason, evenLast }, context) =>
      change(context, id, (deciding, id) =>
        forget({ ...deciding, configuration: context.configuration.current() }, id, { reason, evenLast }),
      ),
    takeBackBackup: (_, { id }, context) => change(context, id, takeBack),
  },
  Backup: {
    removal: async ({ id }, _, { loaders }) => {
      const removal = removalOf(await loaders.details.load(id));
      return removal && { due: removal.at ? null : removal.due, at: removal.at, by: removal.by, reason: removal.why };
    },
    removalDue: async ({ id }, _, { loaders }) => {
      const removal = removalOf(await loaders.details.load(id));
      return removal && !removal.at ? removal.due : null;
    },
    pins: ({ id }, _, { loaders }) => loaders.pins.load(id),
  },
  Pin: {
    by: ({ madeBy }) => madeBy,
    at: ({ madeAt }) => madeAt,
    isActive: pin => isActive(pin, new Date()),
    endsAt: ({ endsAt }) => endsAt ?? null,
    releasedAt: ({ releasedAt }) => releasedAt ?? null,
    releasedBy: ({ releasedBy }) => releasedBy ?? null,
  },
} satisfies Resolvers;

/** @returns the backup as it is then @throws AppError 404 when none of that id is in scope, the same for each id */
async function change(
  context: GraphqlContext,
  text: string,
  decide: (deciding: DecidingBackup, id: number) => Promise<unknown>,
): Promise<ListedBackup> {
  const { loaders } = context;
  const id = await decided(text, id => decide(context, id));
  loaders.clear();
  return (await loaders.backup.load(id)) ?? Promise.reject(noSuchBackup());
}

async function decided(text: string, decide: (id: number) => Promise<unknown>): Promise<number> {
  try {
    const id = idIn(text);
    await decide(id);
    return id;
  } catch (error) {
    throw error instanceof AppError && error.status === 404 ? noSuchBackup() : error;
  }
}

function noSuchBackup(): AppError {
  return notFound('BACKUP_NOT_FOUND', 'There is no backup with that id');
}
