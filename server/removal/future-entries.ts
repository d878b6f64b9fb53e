import { JobRecord } from '../entities/job-record.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';

/** Something in the history that is of a time that has not come yet: the clock of the service was ahead then, or is set back now. */
export interface FutureEntry {
  /** Such as `backup 12 of pt_xyz`. */
  readonly what: string;
  readonly at: Date;
}

/** So far may two clocks of the service be apart, such as before and after a restart. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** The newest receipts are among the highest ids. */
const NEWEST = 100;

/** Its row among those of the jobs. */
const NAME = 'retention: clock accepted';

/** @returns the entry of the latest time that has not come yet, without those that someone has accepted; undefined when all is well */
export async function futureEntry(em: EntityManager, now: Date): Promise<FutureEntry | undefined> {
  const accepted = await acceptedIds(em);
  const found = (await newestEntries(em)).filter(({ kind, id }) => id > accepted[kind]);
  const [latest] = found.sort((a, b) => b.at.getTime() - a.at.getTime());
  return latest && latest.at.getTime() > now.getTime() + CLOCK_TOLERANCE_MS ? latest : undefined;
}

/**
 * Says that the clock is right now, and that what has a time in the future was received by a clock that was wrong: it holds nothing up any
 * more. What comes later is looked at again.
 * @returns what was accepted; undefined when nothing has such a time
 */
export async function acceptClock(em: EntityManager, now: Date): Promise<FutureEntry | undefined> {
  const entry = await futureEntry(em, now);
  if (!entry) return undefined;
  const entries = await newestEntries(em);
  const highest = (wanted: Kind) => Math.max(0, ...entries.filter(({ kind }) => kind === wanted).map(({ id }) => id));
  const ids: Record<Kind, number> = { backup: highest('backup'), plan: highest('plan') };
  const row = { name: NAME, plan: '', nextAt: null, lastStartedAt: null, lastEndedAt: now, lastError: null };
  await em.fork().upsert(JobRecord, { ...row, taken: JSON.stringify(ids) });
  return entry;
}

type Kind = 'backup' | 'plan';

async function acceptedIds(em: EntityManager): Promise<Record<Kind, number>> {
  const row = await em.fork().findOne(JobRecord, { name: NAME });
  return row ? JSON.parse(row.taken) : { backup: 0, plan: 0 };
}

async function newestEntries(em: EntityManager): Promise<Array<FutureEntry & { kind: Kind; id: number }>> {
  const backups = await readRows(em, newestReceipts);
  const plans = await readRows(em, newestPlan);
  return [
    ...backups.map(({ id, name, at }) => ({ kind: 'backup' as const, id, what: `backup ${id} of ${name}`, at })),
    ...plans.map(({ id, at }) => ({ kind: 'plan' as const, id, what: `plan ${id} of the retention`, at })),
  ];
}

const newestReceipts = query
  .selectFrom('backups as b')
  .innerJoin('databases as d', 'd.id', 'b.database_id')
  .orderBy('b.id', 'desc')
  .limit(NEWEST)
  .select(['b.id', 'd.name', 'b.received_at as at']);

const newestPlan = query
  .selectFrom('retention_plans as p')
  .orderBy('p.id', 'desc')
  .limit(1)
  .select(['p.id', 'p.made_at as at']);
