import type { AcceptanceRequest } from '../../protocol/acceptance.ts';
import type { Audit } from '../audit/audit.ts';
import type { Actor, AuditAction } from '../audit/entry.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import { findBackup } from '../backups/queries/find-backup.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Backup } from '../entities/backup.entity.ts';
import type { PinKind } from '../entities/pin.entity.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { pinBackup, releasePin } from '../pins/pin-backup.ts';
import { oneReason } from '../pins/reason.ts';
import { wantedPin } from '../pins/wanted-pin.ts';
import { forgetBackup, takeBackBackup } from '../removal/forget.ts';
import type { Storage } from '../storage/storage.ts';
import { acceptLoss } from './accept-loss.ts';
import { whoDecides } from './who-decides.ts';

/** What a decision about a backup needs. Who may decide is asked of the policy before. */
export interface DecidingBackup extends Reading {
  readonly storage: Storage;
  readonly audit: Audit;
  readonly actor: Actor;
  /** Hears that the backup has changed. */
  readonly events: BackupEvents;
}

/** What a person says of a pin or a legal hold. */
export interface PinRequest {
  readonly kind: PinKind;
  readonly reason: string;
  /** Of a pin; left out or null means until someone ends it. */
  readonly endsAt?: Date | null | undefined;
}

/**
 * Keeps a backup by a pin or a legal hold, as `pinBackup` does, and records who did it.
 * @throws AppError 422 for the reason or the end, 404 when no backup of that id is in scope, what `pinBackup` throws
 */
export async function keepBackup(deciding: DecidingBackup, id: number, { kind, ...given }: PinRequest): Promise<void> {
  const now = new Date();
  const wanted = wantedPin({ kind, ...given, by: whoDecides(deciding.actor) }, now);
  const { reason, endsAt } = wanted;
  const detail = { reason, ...(endsAt && { ends_at: endsAt }) };
  await change(deciding, { action: kind, id, detail }, note =>
    pinBackup({ ...deciding, now }, id, wanted).then(({ wasGoing }) => wasGoing && note({ taken_back: true })),
  );
}

/** Ends the pin or the legal hold of a backup, as `releasePin` does, and records who did it. @throws AppError as above */
export async function releaseBackup(deciding: DecidingBackup, id: number, kind: PinKind): Promise<void> {
  const action = kind === 'pin' ? 'unpin' : 'release';
  await change(deciding, { action, id, detail: {} }, note =>
    releasePin({ ...deciding, now: new Date() }, id, { kind, by: whoDecides(deciding.actor) }).then(({ reason }) =>
      note({ reason_was: reason }),
    ),
  );
}

/** What a person says of a backup that shall go. */
export interface ForgetRequest {
  readonly reason: string;
  /** Whether it may be the last complete backup of its database. */
  readonly evenLast: boolean;
}

/** Has a backup go, as `forgetBackup` does, and records who did it. @throws AppError as above */
export async function forget(
  deciding: DecidingBackup & { readonly configuration: Pick<Configuration, 'retention'> },
  id: number,
  { reason: given, evenLast }: ForgetRequest,
): Promise<void> {
  const { em, storage, actor, configuration } = deciding;
  const { graceMs } = configuration.retention;
  const reason = oneReason(given);
  await change(deciding, { action: 'forget', id, detail: { reason, even_last: evenLast } }, note =>
    forgetBackup({ em, storage, now: new Date() }, id, { reason, by: whoDecides(actor), graceMs, evenLast }).then(due =>
      note({ due }),
    ),
  );
}

/** Takes a backup back that is about to go, as `takeBackBackup` does, and records who did it. @throws AppError as above */
export async function takeBack(deciding: DecidingBackup, id: number): Promise<void> {
  await change(deciding, { action: 'take_back', id, detail: {} }, () => takeBackBackup(deciding, id));
}

/** Accepts the loss of a backup, as `acceptLoss` does, and records who did it. @returns the backup, with its manifest */
export async function accept(deciding: DecidingBackup, id: number, request: AcceptanceRequest): Promise<Backup> {
  const { em, scope, audit, actor } = deciding;
  const { database } = await findBackup({ em, scope }, id);
  const deed = { actor, action: 'accept', database: database.name, backupId: id, detail: { ...request } } as const;
  return audit.change(deed, () => acceptLoss(deciding, id, request));
}

interface Deed {
  readonly action: AuditAction;
  readonly id: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** @throws AppError 404 when no backup of that id is in scope */
async function change(
  { em, scope, audit, actor, events }: DecidingBackup,
  { action, id, detail }: Deed,
  act: (note: (more: Record<string, unknown>) => void) => Promise<unknown>,
): Promise<void> {
  const { database, sortedAt } = await findBackup({ em: em.fork(), scope }, id);
  await audit.change({ actor, action, database: database.name, backupId: id, detail }, note =>
    act(more => note({ ...detail, ...more })),
  );
  events.changed({ id, sortedAt: sortedAt!, database: database.name });
}
