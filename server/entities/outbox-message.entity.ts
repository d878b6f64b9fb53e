import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'OutboxMessage',
  tableName: 'outbox',
  properties: p => ({
    id: p.integer().primary(),
    /** Its name in the configuration. No one may know it any more. */
    channel: p.string().length(64),
    /** What is put into the outbox again under the same key is the same message. */
    dedupeKey: p.string().length(255),
    madeAt: p.datetime(3),
    /** When it is sent, or sent again. A delivery that begins to send it sets this to the end of the time that sending may take. */
    nextAttemptAt: p.datetime(3),
    attempts: p.integer().default(0),
    /** When sending it failed first; null when it never did. */
    failingSince: p.datetime(3).nullable(),
    /** Of the last attempt that failed. Names no secret. Of a message that was delivered: what was not quite right. */
    lastError: p.string().columnType('text').nullable(),
    /** When the other side refused this message itself: those behind it do not wait for it. */
    refusedAt: p.datetime(3).nullable(),
    deliveredAt: p.datetime(3).nullable(),
    givenUpAt: p.datetime(3).nullable(),
    /** JSON. May be large: loaded only where it is sent. */
    notification: p.string().columnType('longtext').lazy(),
  }),
  uniques: [{ name: 'outbox_dedupe_unique', properties: ['dedupeKey', 'channel'] }],
  indexes: [
    // What waits has null in the first two columns; what is done lies in the order of its end, for the clean-up.
    { name: 'outbox_by_end', properties: ['deliveredAt', 'givenUpAt', 'channel', 'refusedAt', 'id'] },
    { name: 'outbox_by_channel', properties: ['channel', 'deliveredAt', 'givenUpAt'] },
  ],
});

/** A message on its way to a channel: it waits, or was delivered, or was given up. */
export class OutboxMessage extends schema.class {}
schema.setClass(OutboxMessage);

/** The columns of the table, for queries. */
export type OutboxMessageColumns = InferKyselyTable<typeof schema>;
