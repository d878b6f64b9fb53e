import { OutboxMessage } from '../entities/outbox-message.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import { GIVE_UP_AFTER_MS } from './settle-message.ts';

/** How long it can be seen what was sent, in milliseconds. */
const KEPT_MS = 90 * 86_400_000;
const BATCH = 500;
const MOST_BATCHES = 10;

/**
 * Deletes what was delivered or given up 90 days ago, 5,000 messages at most, and gives up what no channel will ever send.
 * @param channels the names of all that the configuration has
 */
export async function cleanOutbox(
  em: EntityManager,
  { channels, now }: { readonly channels: readonly string[]; readonly now: Date },
): Promise<void> {
  const before = new Date(now.getTime() - KEPT_MS);
  for (const done of [delivered(before), givenUp(before)])
    for (let batch = 1; batch <= MOST_BATCHES; batch++) {
      const rows = await readRows(em, done.select('o.id').limit(BATCH));
      if (rows.length > 0) await em.fork().nativeDelete(OutboxMessage, { id: { $in: rows.map(({ id }) => id) } });
      if (rows.length < BATCH) break;
    }
  await giveUpOrphans(em, channels, now);
}

function delivered(before: Date) {
  return query.selectFrom('outbox as o').where('o.delivered_at', '<', before);
}

function givenUp(before: Date) {
  return query.selectFrom('outbox as o').where('o.delivered_at', 'is', null).where('o.given_up_at', '<', before);
}

/** A channel may be back in the configuration within three days. */
async function giveUpOrphans(em: EntityManager, channels: readonly string[], now: Date): Promise<void> {
  const madeAt = { $lt: new Date(now.getTime() - GIVE_UP_AFTER_MS) };
  const orphans = {
    deliveredAt: null,
    givenUpAt: null,
    madeAt,
    ...(channels.length > 0 && { channel: { $nin: [...channels] } }),
  };
  await em
    .fork()
    .nativeUpdate(OutboxMessage, orphans, { givenUpAt: now, lastError: 'The configuration has no such channel' });
}
