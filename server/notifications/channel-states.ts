import type { EntityManager } from '../history/orm.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';

/** How a channel is, as the outbox shows. */
export interface ChannelState {
  readonly name: string;
  readonly lastDeliveredAt: Date | null;
  /** Since when a message can't be delivered; null when it can. A message that was given up counts until another one is delivered. */
  readonly failingSince: Date | null;
  /** Of the newest attempt that failed, or what was not quite right with the last delivery. */
  readonly lastError: string | null;
  /** How many messages wait; `WAITING_SHOWN` stands for more, too. */
  readonly waiting: number;
}

/** No more are counted. */
const WAITING_SHOWN = 10_000;

/** @returns the states of channels of these names, in this order */
export async function readChannelStates(em: EntityManager, names: readonly string[]): Promise<ChannelState[]> {
  const states: ChannelState[] = [];
  for (const name of names) states.push(await readState(em, name));
  return states;
}

async function readState(em: EntityManager, name: string): Promise<ChannelState> {
  const [delivered] = await readRows(em, lastDelivered(name));
  const failures = [...(await failuresWaiting(em, name)), ...(await failuresGivenUp(em, name, delivered?.deliveredAt))];
  return {
    name,
    lastDeliveredAt: delivered?.deliveredAt ?? null,
    failingSince: earliest(failures.flatMap(({ failingSince }) => failingSince ?? [])),
    lastError: failures[0]?.lastError ?? delivered?.lastError ?? null,
    waiting: await countWaiting(em, name),
  };
}

/** Of the message whose turn it is, and of the oldest that the other side has refused: no other one has been tried. */
async function failuresWaiting(em: EntityManager, name: string) {
  const oldest = waitingFor(name).orderBy('o.id').limit(1).select(FAILURE);
  const head = await readRows(em, oldest.where('o.refused_at', 'is', null));
  const refused = await readRows(em, oldest.where('o.refused_at', 'is not', null));
  return [...head, ...refused].filter(({ failingSince }) => failingSince !== null);
}

/** Of those that were given up since a message was delivered: of the last, and of the first that failed. */
async function failuresGivenUp(em: EntityManager, name: string, deliveredAt: Date | null | undefined) {
  const all = outboxOf(name).where('o.delivered_at', 'is', null).select(FAILURE).limit(1);
  const givenUp = deliveredAt
    ? all.where('o.given_up_at', '>', deliveredAt)
    : all.where('o.given_up_at', 'is not', null);
  const last = await readRows(em, givenUp.orderBy('o.given_up_at', 'desc'));
  const first = await readRows(em, givenUp.where('o.failing_since', 'is not', null).orderBy('o.failing_since'));
  return [...last, ...first];
}

const FAILURE = ['o.failing_since as failingSince', 'o.last_error as lastError'] as const;

function waitingFor(name: string) {
  return outboxOf(name).where('o.delivered_at', 'is', null).where('o.given_up_at', 'is', null);
}

function outboxOf(name: string) {
  return query.selectFrom('outbox as o').where('o.channel', '=', name);
}

function lastDelivered(name: string) {
  return outboxOf(name)
    .where('o.delivered_at', 'is not', null)
    .orderBy('o.delivered_at', 'desc')
    .limit(1)
    .select(['o.delivered_at as deliveredAt', 'o.last_error as lastError']);
}

async function countWaiting(em: EntityManager, name: string): Promise<number> {
  const some = waitingFor(name).select('o.id').limit(WAITING_SHOWN).as('w');
  return countRows(em, query.selectFrom(some));
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.min(...dates.map(Number)));
}
