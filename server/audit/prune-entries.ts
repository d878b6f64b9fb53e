import type { Logger } from 'pino';
import { changeRows } from '../history/insert-rows.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { Job } from '../jobs/job.ts';
import type { Audit } from './audit.ts';
import { AUDIT_TABLE } from './forget-names.ts';

interface Parts {
  readonly history: Orm;
  readonly audit: Pick<Audit, 'change'>;
  readonly log: Logger;
  /** How many years an entry is kept. */
  readonly keepYears: number;
}

const DAY_MS = 86_400_000;

/** So much of the time goes each day at most: after a jump of the clock people have weeks to notice it. */
const MOST_MS = 31 * DAY_MS;

/** SQLite takes 32,766 values in a statement, and others have their turn in between. */
const AT_ONCE = 500;

/** @returns the job that deletes entries of the trail which are older than they are to be kept. The trail says so itself */
export function pruningJob({ history, audit, log, keepYears }: Parts): Job {
  return {
    name: 'audit',
    every: { ms: DAY_MS },
    async run({ now, signal }) {
      const em = history.em.fork();
      const before = await endOf(em, yearsBefore(now, keepYears));
      if (!before) return;
      const actor = { tokenId: undefined, token: undefined, address: undefined };
      const detail = { message: `entries are kept for ${keepYears} years (AUDIT_KEEP_YEARS)`, before };
      const deleted = await audit.change({ actor, action: 'audit', detail }, async note => {
        const count = await pruneEntries(em, before, signal);
        note({ ...detail, deleted: count });
        return count;
      });
      log.info(
        { deleted, before },
        `Deleted ${deleted} entries of the audit trail from before ${before.toISOString()}`,
      );
    },
  };
}

/** @returns the end of what goes today; undefined when nothing does */
async function endOf(em: EntityManager, keptFrom: Date): Promise<Date | undefined> {
  const [oldest] = await readRows(em, ENTRIES.select('e.at').orderBy('e.at').orderBy('e.id').limit(1));
  if (!oldest || oldest.at >= keptFrom) return undefined;
  return new Date(Math.min(keptFrom.getTime(), oldest.at.getTime() + MOST_MS));
}

async function pruneEntries(em: EntityManager, before: Date, signal: AbortSignal): Promise<number> {
  const old = ENTRIES.select('e.id').where('e.at', '<', before).orderBy('e.at').orderBy('e.id').limit(AT_ONCE);
  for (let count = 0; ; ) {
    signal.throwIfAborted();
    const ids = (await readRows(em, old)).map(({ id }) => id);
    if (ids.length > 0) await changeRows(em, query.deleteFrom(AUDIT_TABLE).where('id', 'in', ids));
    count += ids.length;
    if (ids.length < AT_ONCE) return count;
  }
}

function yearsBefore(now: Date, years: number): Date {
  const then = new Date(now);
  then.setUTCFullYear(then.getUTCFullYear() - years);
  return then;
}

const ENTRIES = query.selectFrom(`${AUDIT_TABLE} as e`);
