import { formatTimestamp } from '../../../protocol/backup-name.ts';
import type { Finding } from '../../../protocol/finding.ts';
import { finding } from '../../../protocol/finding.ts';

/** How far a client's clock may be ahead of the service's before its time is not believed. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

export interface Times {
  /** What the file name says. */
  readonly takenAt: Date;
  readonly receivedAt: Date;
}

/**
 * The time by which a backup is sorted, filtered and counted. A name from the future would make its backup the latest
 * until that day comes, and would hide that no newer one arrives: such a backup is sorted by its receipt.
 * @returns the time of the name, or where that is too far ahead the time of the receipt, to the second
 */
export function sortTime({ takenAt, receivedAt }: Times): Date {
  return isAhead({ takenAt, receivedAt }) ? new Date(Math.floor(receivedAt.getTime() / 1000) * 1000) : takenAt;
}

/** @returns the finding for a backup with a time in the future in its name, if it has one */
export function clockFindings({ takenAt, receivedAt }: Times): Finding[] {
  if (!isAhead({ takenAt, receivedAt })) return [];
  const minutes = Math.round((takenAt.getTime() - receivedAt.getTime()) / 60_000);
  const message = `the time in its file name, ${formatTimestamp(takenAt)} UTC, is ${minutes.toLocaleString('en')} minutes after the service received it, at ${formatTimestamp(receivedAt)} UTC: lists sort it by the time when it was received`;
  return [finding('CLOCK_AHEAD', message, ADVICE)];
}

const ADVICE = 'Compare the clocks of the machine that made the backup and of the service, in UTC: date -u';

function isAhead({ takenAt, receivedAt }: Times): boolean {
  return takenAt.getTime() > receivedAt.getTime() + CLOCK_TOLERANCE_MS;
}
