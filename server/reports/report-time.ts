/** How far the clocks of the client and of the service may differ before a time of the client is not believed. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

interface Times {
  /** What the client says. */
  readonly endedAt: Date;
  readonly storedAt: Date;
  /** When the service received the backup; undefined where it has no such backup. */
  readonly backupReceivedAt: Date | undefined;
}

/**
 * The time by which a report is sorted. A time in the future would make it the latest until that day comes, and would hide that
 * a newer one failed; one before the backup was there would hide this one.
 * @returns when it ended, or where that can't be the time when its report was stored
 */
export function reportTime({ endedAt, storedAt, backupReceivedAt }: Times): Date {
  const [ended, stored] = [endedAt.getTime(), storedAt.getTime()];
  const isAhead = ended > stored + CLOCK_TOLERANCE_MS;
  const isBefore = backupReceivedAt !== undefined && ended < backupReceivedAt.getTime() - CLOCK_TOLERANCE_MS;
  return isAhead || isBefore || Number.isNaN(ended) ? storedAt : endedAt;
}
