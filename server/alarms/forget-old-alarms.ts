import { changeRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { aliased, query } from '../history/tables.ts';

/** How long an alarm is kept: as long as the runs and the changes of states that it follows from. */
const KEEP_MS = 400 * 86_400_000;

/** So many are kept at most: a client that fails and recovers all day opens some for each of its databases. */
const MOST_KEPT = 200_000;

/** SQLite takes 32,766 values in a statement. */
const AT_ONCE = 500;

interface Limits {
  /** How many go at a time. */
  readonly atMost: number;
  readonly mostKept?: number;
}

/**
 * Deletes closed alarms that opened more than 400 days ago, and of the others those beyond the newest 200,000. What is open, or has yet
 * to be told, stays. Called when others were written, so that the table does not grow without end.
 * @param now by the clock of the service
 */
export async function forgetOldAlarms(
  em: EntityManager,
  now: Date,
  { atMost, mostKept = MOST_KEPT }: Limits,
): Promise<void> {
  const [newest] = await readRows(em, NEWEST);
  if (!newest) return;
  const outdated = CLOSED.where('a.opened_at', '<', new Date(now.getTime() - KEEP_MS)).orderBy('a.opened_at');
  const surplus = CLOSED.where('a.id', '<=', newest.id - mostKept).orderBy('a.id');
  for (const old of [outdated, surplus]) {
    const ids = (await readRows(em, old.limit(atMost))).map(({ id }) => id);
    for (let i = 0; i < ids.length; i += AT_ONCE)
      await changeRows(em, query.deleteFrom('alarms').where('id', 'in', ids.slice(i, i + AT_ONCE)));
  }
}

const eb = aliased<{ a: 'alarms' }>();

const CLOSED = query
  .selectFrom('alarms as a')
  .select('a.id')
  .where(eb.and([eb('a.open_key', 'is', null), eb('a.untold_since', 'is', null)]));

const NEWEST = query.selectFrom('alarms as a').select('a.id').orderBy('a.id', 'desc').limit(1);
