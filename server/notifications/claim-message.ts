import { hash } from 'node:crypto';
import { OutboxMessage } from '../entities/outbox-message.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { OutgoingMessage } from './channel.ts';
import type { Notification } from './notification.ts';

/** A message that no other delivery sends until its claim ends. */
export interface ClaimedMessage extends OutgoingMessage {
  readonly row: number;
  readonly madeAt: Date;
  /** This one included. */
  readonly attempts: number;
  readonly failingSince: Date | null;
  /** When it was to be sent. */
  readonly wasDueAt: Date;
  readonly claimedUntil: Date;
}

interface Claim {
  readonly channel: string;
  readonly now: Date;
  /** How long the claim holds, in milliseconds: longer than sending can take. A delivery that dies sends nothing for so long. */
  readonly leaseMs: number;
}

/**
 * Claims the next message of a channel that is due: the oldest that waits, and where that one is not due yet, nothing, so that the
 * order is kept. Only those that the other side refused do not hold up others; they come when nothing else is due.
 */
export async function claimMessage(em: EntityManager, claim: Claim): Promise<ClaimedMessage | undefined> {
  const found = (await dueHead(em, claim)) ?? (await dueRefused(em, claim));
  if (!found) return undefined;
  const claimedUntil = new Date(claim.now.getTime() + claim.leaseMs);
  const attempts = found.attempts + 1;
  const seen = { id: found.id, nextAttemptAt: found.nextAttemptAt, deliveredAt: null, givenUpAt: null };
  const changed = await em.fork().nativeUpdate(OutboxMessage, seen, { nextAttemptAt: claimedUntil, attempts });
  if (changed === 0) return undefined;
  const { id: row, madeAt, failingSince, nextAttemptAt: wasDueAt } = found;
  const id = messageId(claim.channel, found.dedupeKey);
  return { id, row, madeAt, failingSince, wasDueAt, attempts, claimedUntil, notification: await read(em, row) };
}

/** @returns the id under which each attempt to send it goes; it stays when the history is made again */
function messageId(channel: string, dedupeKey: string): string {
  return hash('sha256', JSON.stringify([channel, dedupeKey])).slice(0, 32);
}

const COLUMNS = [
  'o.id',
  'o.made_at as madeAt',
  'o.next_attempt_at as nextAttemptAt',
  'o.attempts',
  'o.failing_since as failingSince',
  'o.dedupe_key as dedupeKey',
] as const;

async function dueHead(em: EntityManager, { channel, now }: Claim) {
  const oldest = waitingFor(channel).where('o.refused_at', 'is', null).orderBy('o.id').limit(1);
  const [head] = await readRows(em, oldest.select(COLUMNS));
  return head && head.nextAttemptAt <= now ? head : undefined;
}

async function dueRefused(em: EntityManager, { channel, now }: Claim) {
  const due = waitingFor(channel).where('o.refused_at', 'is not', null).where('o.next_attempt_at', '<=', now);
  const [refused] = await readRows(em, due.orderBy('o.id').limit(1).select(COLUMNS));
  return refused;
}

function waitingFor(channel: string) {
  return query
    .selectFrom('outbox as o')
    .where('o.delivered_at', 'is', null)
    .where('o.given_up_at', 'is', null)
    .where('o.channel', '=', channel);
}

async function read(em: EntityManager, id: number): Promise<Notification> {
  const [row] = await readRows(em, query.selectFrom('outbox as o').where('o.id', '=', id).select('o.notification'));
  return JSON.parse(row!.notification);
}
