import { hash } from 'node:crypto';
import { begin } from '../../protocol/texts/cut.ts';
import { insertNewRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Notification } from './notification.ts';

interface Enqueued {
  /** Their names. Each gets the message once. */
  readonly channels: readonly string[];
  /** What is enqueued again under the same key for the same channel is the same message, delivered or not. */
  readonly dedupeKey: string;
  readonly notification: Notification;
  readonly now: Date;
}

/**
 * Puts a message into the outbox, in the transaction that is open: it goes when the transaction is committed, and at the latest when
 * the delivery looks next.
 * @throws the error of the store's driver, with the history noted as its origin
 */
export async function enqueue(em: EntityManager, { channels, dedupeKey, notification, now }: Enqueued): Promise<void> {
  const same = {
    dedupe_key: fittingKey(dedupeKey),
    made_at: now,
    next_attempt_at: now,
    notification: JSON.stringify(fitting(notification)),
  };
  const rows = [...new Set(channels)].map(channel => ({ channel, ...same }));
  if (rows.length > 0) await insertNewRows(em, 'outbox', rows);
}

/** Of the column. */
const LONGEST_KEY = 255;
/** A digest of all databases has one for each that is not well; no channel shows more. */
const MOST_LINES = 2_000;
const LONGEST_LINE = 2_000;
const MOST_ALARMS = 2_000;

function fittingKey(key: string): string {
  return key.length <= LONGEST_KEY ? key : `sha256:${hash('sha256', key)}`;
}

/** No notification grows beyond what the history and each channel can hold. */
function fitting(notification: Notification): Notification {
  const { lines, alarms } = notification;
  const more = lines.length - MOST_LINES;
  const kept = lines.slice(0, MOST_LINES).map(line => begin(line, LONGEST_LINE));
  return {
    ...notification,
    lines: more > 0 ? [...kept, `… and ${more} more lines`] : kept,
    alarms: alarms.slice(0, MOST_ALARMS),
  };
}
