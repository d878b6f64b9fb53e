import type { BackupState } from '../../../protocol/finding.ts';

/** A pin or a legal hold that was not released. */
export interface Pin {
  readonly kind: 'pin' | 'hold';
  readonly reason: string;
  /** Null means never. */
  readonly endsAt: Date | null;
}

/** A backup that exists, with all that decides whether it stays. */
export interface RetainedBackup {
  readonly id: number;
  readonly fileName: string;
  /** When the dump began: what the file name says. */
  readonly takenAt: Date;
  readonly receivedAt: Date;
  /** Of the zip, in bytes. */
  readonly size: number;
  readonly state: BackupState;
  /** What is wrong with the stored file; null while it is sound. */
  readonly damage: string | null;
  /** Of a backup that lost something: the name of the zip that still has it. */
  readonly shrunkFrom: string | null;
  readonly acceptedAt: Date | null;
  readonly madeFor: 'restore' | null;
  readonly pins: readonly Pin[];
  /** Whether its newest drill that could test showed that it can be restored. */
  readonly isProven: boolean;
  /** The same by the reports of more than a month ago. */
  readonly isLongProven: boolean;
  /** Who has it removed, and since when it goes; null while it stays. `retention`: an earlier plan. `person`: on purpose. */
  readonly goesBy: 'retention' | 'person' | null;
}

/** A name that is older than its receipt by more than this displaces no other backup: the time is only what the client says. */
const LATE_MS = 48 * 3_600_000;

/** @returns by which it is sorted into days, weeks and so on: the time of its name, but never later than the receipt */
export function timeOf({ takenAt, receivedAt }: RetainedBackup): Date {
  return takenAt < receivedAt ? takenAt : receivedAt;
}

/** @returns whether it came so long after its dump that it counts only beside the others */
export function isBackfilled({ takenAt, receivedAt }: RetainedBackup): boolean {
  return receivedAt.getTime() - takenAt.getTime() > LATE_MS;
}

/** @returns whether it is complete and its file is as it was received */
export function isSound({ state, damage }: RetainedBackup): boolean {
  return state === 'complete' && damage === null;
}

/** @returns whether it has lost something that no one has accepted */
export function hasLoss({ shrunkFrom, acceptedAt }: RetainedBackup): boolean {
  return shrunkFrom !== null && acceptedAt === null;
}

/** @returns the backups, the newest first */
export function newestFirst(backups: readonly RetainedBackup[]): RetainedBackup[] {
  return backups.toSorted((a, b) => timeOf(b).getTime() - timeOf(a).getTime() || b.id - a.id);
}
