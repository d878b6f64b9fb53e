import type { AuditAction } from '../../audit/entry.ts';
import { findBackup, idIn } from '../../backups/queries/find-backup.ts';
import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import { removalOf } from '../../entities/backup.entity.ts';
import { isActive, type PinKind } from '../../entities/pin.entity.ts';
import { AppError, notFound } from '../../errors.ts';
import { pinBackup, releasePin } from '../../pins/pin-backup.ts';
import { oneReason } from '../../pins/reason.ts';
import { wantedPin } from '../../pins/wanted-pin.ts';
import { forgetBackup, takeBackBackup } from '../../removal/forget.ts';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './resolver-types.ts';

export const removalResolvers = {
  Mutation: {
    pinBackup: (_, { id, reason, endsAt }, context) => keep(context, { kind: 'pin', id, reason, endsAt }),
    unpinBackup: (_, { id }, context) => release(context, { kind: 'pin', id }),
    holdBackup: (_, { id, reason }, context) => keep(context, { kind: 'hold', id, reason }),
    releaseBackup: (_, { id }, context) => release(context, { kind: 'hold', id }),
    forgetBackup: (_, { id, reason: given, evenLast }, context) => {
      const { em, storage, configuration } = context;
      const { graceMs } = configuration.current().retention;
      const reason = oneReason(given);
      return change(context, { action: 'forget', id, detail: { reason, even_last: evenLast } }, (id, note) =>
        forgetBackup({ em, storage, now: new Date() }, id, {
          ...{ reason, by: whoIs(context), graceMs, evenLast },
        }).then(due => note({ due })),
      );
    },
    takeBackBackup: (_, { id }, context) =>
      change(context, { action: 'take_back', id, detail: {} }, id => takeBackBackup(context, id)),
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

interface Wanted {
  readonly kind: PinKind;
  readonly id: string;
}

function keep(
  context: GraphqlContext,
  { kind, id, ...given }: Wanted & { reason: string; endsAt?: Date | null | undefined },
) {
  const now = new Date();
  const wanted = wantedPin({ kind, ...given, by: whoIs(context) }, now);
  const { reason, endsAt } = wanted;
  return change(context, { action: kind, id, detail: { reason, ...(endsAt && { ends_at: endsAt }) } }, (id, note) =>
    pinBackup({ ...context, now }, id, wanted).then(({ wasGoing }) => wasGoing && note({ taken_back: true })),
  );
}

function release(context: GraphqlContext, { kind, id }: Wanted) {
  const action = kind === 'pin' ? 'unpin' : 'release';
  return change(context, { action, id, detail: {} }, (id, note) =>
    releasePin({ ...context, now: new Date() }, id, { kind, by: whoIs(context) }).then(({ reason }) =>
      note({ reason_was: reason }),
    ),
  );
}

interface Deed {
  readonly action: AuditAction;
  readonly id: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** @returns the backup as it is then @throws AppError 404 when none of that id is in scope, the same for each id */
async function change(
  { em, scope, audit, actor, loaders, events }: GraphqlContext,
  { action, id: text, detail }: Deed,
  act: (id: number, note: (more: Record<string, unknown>) => void) => Promise<unknown>,
): Promise<ListedBackup> {
  const backup = await inScope({ em: em.fork(), scope }, text);
  const { id, database, sortedAt } = backup;
  await audit.change({ actor, action, database: database.name, backupId: id, detail }, note =>
    act(id, more => note({ ...detail, ...more })),
  );
  events.changed({ id, sortedAt: sortedAt!, database: database.name });
  loaders.clear();
  return (await loaders.backup.load(id)) ?? Promise.reject(noSuchBackup());
}

async function inScope(reading: Pick<GraphqlContext, 'em' | 'scope'>, id: string) {
  try {
    return await findBackup(reading, idIn(id));
  } catch (error) {
    throw error instanceof AppError && error.status === 404 ? noSuchBackup() : error;
  }
}

function noSuchBackup(): AppError {
  return notFound('BACKUP_NOT_FOUND', 'There is no backup with that id');
}

/** @returns who asks, as others will read it years later */
function whoIs({ actor }: GraphqlContext): string {
  return actor.token === undefined ? 'anyone' : `token ${actor.token}`;
}
