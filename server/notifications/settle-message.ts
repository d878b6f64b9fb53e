import { cut } from '../../protocol/texts/cut.ts';
import { OutboxMessage } from '../entities/outbox-message.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { type Answer, DeliveryError } from './channel.ts';
import type { ClaimedMessage } from './claim-message.ts';
import { retryPauseMs } from './retry-pause.ts';

/** A message that could not be delivered for so long is given up, in milliseconds. */
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** Of the text of an error. */
const LONGEST_ERROR = 1_000;

/** Notes that the other side has taken a message. */
export async function noteDelivered(
  em: EntityManager,
  message: ClaimedMessage,
  { answer, now }: { readonly answer: Answer; readonly now: Date },
): Promise<void> {
  const lastError = answer.problem === undefined ? null : cut(answer.problem, LONGEST_ERROR);
  await em.fork().nativeUpdate(OutboxMessage, { id: message.row, deliveredAt: null }, { deliveredAt: now, lastError });
}

/**
 * Notes that an attempt failed, and when the next one comes, if one does.
 * @returns whether the message is given up
 */
export async function noteFailed(
  em: EntityManager,
  message: ClaimedMessage,
  { error, now, random }: { readonly error: Error; readonly now: Date; readonly random: number },
): Promise<boolean> {
  const { row, madeAt, attempts, claimedUntil } = message;
  const isGivenUp = now.getTime() - madeAt.getTime() >= GIVE_UP_AFTER_MS;
  const known = error instanceof DeliveryError ? error : undefined;
  const pauseMs = retryPauseMs(attempts, known?.retryAfterMs, random);
  const change = {
    nextAttemptAt: new Date(now.getTime() + pauseMs),
    failingSince: message.failingSince ?? now,
    lastError: cut(error.message, LONGEST_ERROR),
    ...(known?.isAboutMessage && { refusedAt: now }),
    ...(isGivenUp && { givenUpAt: now }),
  };
  await em.fork().nativeUpdate(OutboxMessage, own(row, claimedUntil), change);
  return isGivenUp;
}

/** Gives a message back that was not sent, because the service stops: it is due as before. */
export async function giveBack(em: EntityManager, message: ClaimedMessage): Promise<void> {
  const { row, claimedUntil, wasDueAt: nextAttemptAt, attempts } = message;
  await em.fork().nativeUpdate(OutboxMessage, own(row, claimedUntil), { nextAttemptAt, attempts: attempts - 1 });
}

/** As long as the claim holds: another delivery may have it since. */
function own(id: number, claimedUntil: Date) {
  return { id, nextAttemptAt: claimedUntil, deliveredAt: null };
}
