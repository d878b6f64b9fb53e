import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { aliased, query } from '../history/tables.ts';
import type { DueDigest } from './due-digests.ts';

/** What a digest is about. */
export interface Covered {
  /** Since when it lists changes. */
  readonly since: Date;
  /** The days of the digests that did not come since then, the oldest first. */
  readonly missedDays: readonly string[];
}

const DAY_MS = 86_400_000;

/** @returns what a digest is about: all since the last one that came, and at least its own day or week */
export async function coveredBy(em: EntityManager, { earlier, days }: DueDigest, now: Date): Promise<Covered> {
  const usual = new Date(now.getTime() - days * DAY_MS);
  const keys = earlier.map(({ key }) => key);
  const rows = await readRows(em, SENT.where(isOneOf(eb.ref('o.dedupe_key'), keys)));
  const sent = new Map(rows.map(({ key, madeAt }) => [key, madeAt]));
  const last = earlier.findIndex(({ key }) => sent.has(key));
  // The first one ever.
  if (last < 0) return { since: usual, missedDays: [] };
  const madeAt = sent.get(earlier[last]!.key)!;
  const missed = earlier.slice(0, last).map(({ day }) => day);
  return { since: madeAt < usual ? madeAt : usual, missedDays: missed.toReversed() };
}

const eb = aliased<{ o: 'outbox' }>();

const SENT = query.selectFrom('outbox as o').select(['o.dedupe_key as key', 'o.made_at as madeAt']);
