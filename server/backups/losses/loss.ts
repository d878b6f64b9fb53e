import { formatTimestamp } from '../../../protocol/backup-name.ts';
import type { FindingList } from '../../../protocol/finding.ts';
import type { LossStatus } from '../../../protocol/responses.ts';
import type { Backup } from '../../entities/backup.entity.ts';
import type { Surroundings } from './loss-surroundings.ts';
import { restoreCommand } from './restore-command.ts';

/** Who accepted a loss, when and why. */
export interface Acceptance {
  readonly at: Date;
  /** As the client says; null when it does not. */
  readonly by: string | null;
  readonly reason: string;
}

/** What the row of a complete backup says of a loss. */
export interface LossColumns {
  /** Name of the zip that still has what was lost; null when nothing was. */
  readonly shrunkFrom?: string | null | undefined;
  readonly acceptedAt?: Date | null | undefined;
  readonly acceptedBy?: string | null | undefined;
  readonly acceptedFor?: string | null | undefined;
}

/** Where a backup stands among those of its database. */
export interface Place {
  readonly id: number;
  /** By which lists are sorted (`sortTime`). */
  readonly sortedAt: Date;
}

/**
 * @param clean the newest complete backup of the database without an unaccepted loss, if there is one
 * @returns whether the loss of a backup is accepted; null when it has no loss
 */
export function lossStatus(
  backup: LossColumns & { id: number; sortedAt?: Date | null | undefined },
  clean: Place | undefined,
): LossStatus | null {
  if (!backup.shrunkFrom) return null;
  if (backup.acceptedAt) return 'accepted';
  return clean && isNewer(clean, { id: backup.id, sortedAt: backup.sortedAt! }) ? 'superseded' : 'unaccepted';
}

/** @returns whether a backup can't be restored any more: its file is damaged, or was removed */
export function isGone({ damage, removedAt }: Pick<Backup, 'damage' | 'removedAt'>): boolean {
  return Boolean(damage || removedAt);
}

/** Whether the one is newer than the other. */
function isNewer(one: Place, other: Place): boolean {
  const apart = one.sortedAt.getTime() - other.sortedAt.getTime();
  return apart > 0 || (apart === 0 && one.id > other.id);
}

/** @returns who accepted the loss of a backup, or null */
export function acceptanceOf({ acceptedAt, acceptedBy, acceptedFor }: LossColumns): Acceptance | null {
  return acceptedAt ? { at: acceptedAt, by: acceptedBy ?? null, reason: acceptedFor ?? '' } : null;
}

/** @returns what was lost, in one sentence */
export function lossSentence(findings: NonNullable<FindingList>): string {
  return findings.findLast(({ code }) => code === 'SHRUNK')?.message ?? '';
}

/** A placeholder in the advice until the backup has an id. */
const OWN_ID = 'sade accept ID';

/** @returns what to do about a loss of a database since the backup of that id; only a complete backup can be accepted */
export function shrunkAdvice(label: string, referenceId: number, isComplete: boolean): string {
  const first = `Check the database. Backup ${referenceId} still has what was lost: ${restoreCommand(label, referenceId)}. ${BRING_BACK}`;
  return isComplete
    ? `${first} If it was removed on purpose: ${OWN_ID} --reason 'why'`
    : `${first} If it was removed on purpose: first fix what makes this backup incomplete. The next complete one reports the loss again, and that one can be accepted.`;
}

/** Which of the ways is right depends on what is there now. */
const BRING_BACK = 'How to bring it back: docs/restore.md.';

/** The sentence of the advice that is true only while that backup is sound. That of an earlier version names a download. */
const STILL_HAS =
  /Backup (\d+) still has what was lost: sade (?:download \d+\.(?: How to bring it back: [^.]*\.md\.)?|restore .+?\. How to bring it back: [^.]*\.md\.)/;

/** @returns the id of the backup that the advice names */
export function referenceIdIn(findings: NonNullable<FindingList>): number | undefined {
  const advice = findings.findLast(({ code }) => code === 'SHRUNK')?.advice;
  const [, id] = STILL_HAS.exec(advice ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}

/**
 * @returns the findings of a backup as they are shown: with the command that accepts its loss while that can be accepted, and
 *   with the state of the backup that had what was lost
 */
export function shownFindings(
  findings: NonNullable<FindingList>,
  backup: Parameters<typeof lossStatus>[0],
  {
    clean,
    ...surroundings
  }: Pick<Surroundings, 'clean' | 'reference'> & Partial<Surroundings> & { readonly label?: string },
): NonNullable<FindingList> {
  const status = lossStatus(backup, clean);
  return findings.map(found => {
    if (found.code !== 'SHRUNK' || found.advice === undefined) return found;
    const { advice, ...rest } = found;
    if (status === 'accepted' || status === 'superseded') return rest;
    const where = whereItIs(backup.id, surroundings);
    const current = where === undefined ? advice : advice.replace(STILL_HAS, () => where);
    return { ...rest, advice: current.replace(OWN_ID, `sade accept ${backup.id}`) };
  });
}

/** @returns undefined while the reference is sound */
function whereItIs(
  id: number,
  { reference, sound, label }: Partial<Surroundings> & { readonly label?: string },
): string | undefined {
  if (!reference || !isGone(reference)) return undefined;
  const why = reference.removedAt ? 'was removed' : 'is damaged now';
  const damaged = `Backup ${reference.id} had what was lost, and ${why}`;
  if (sound === undefined) return `${damaged}: sade show ${id} names a sound one that has it, if there is one.`;
  if (sound === null) return `${damaged}: sade show ${reference.id}. No other sound backup was found that has it.`;
  const command = label === undefined ? `sade show ${sound.id}` : restoreCommand(label, sound.id);
  return `${damaged}; backup ${sound.id} (${formatTimestamp(sound.takenAt)} UTC) still has it: ${command}. ${BRING_BACK}`;
}
