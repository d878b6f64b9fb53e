import { isOneOf } from '../history/conditions.ts';
import { dayIn } from '../history/dialect.ts';
import { readRows } from '../history/read-rows.ts';
import { idsInScope, type Reading } from '../history/reading/in-scope.ts';
import { allBackups, expressions } from '../history/tables.ts';
import { type DayTotals, NO_BACKUPS, TOTALS, type Totals, toTotals } from './daily-totals.ts';
import { firstDays } from './first-days.ts';

/** The histories of so many databases are added up in one statement: a year of each takes some milliseconds. */
const AT_ONCE = 100;

const eb = expressions<'b'>();

/** Adds up the backups of the databases in scope, and reads those of no others: `DailyTotals` keeps what all have. */
export async function totalsOfScope({ em, scope }: Reading): Promise<Totals> {
  const byDay = new Map<number, DayTotals>();
  const ids = (await readRows(em, idsInScope(scope))).map(({ id }) => id);
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = isOneOf(eb.ref('b.database_id'), ids.slice(at, at + AT_ONCE));
    const totals = allBackups.where(some).select(TOTALS);
    for (const row of await readRows(em, totals.select(dayIn(em, eb.ref('b.sorted_at')).as('day')).groupBy('day')))
      byDay.set(Number(row.day), sumOf(byDay.get(Number(row.day)) ?? NO_BACKUPS, toTotals(row)));
  }
  return { byDay, firstDays: await firstDays({ em, scope }) };
}

/** Of two sets of databases that have none in common. */
function sumOf(a: DayTotals, b: DayTotals): DayTotals {
  return {
    backups: a.backups + b.backups,
    bytes: a.bytes + b.bytes,
    dumpBytes: a.dumpBytes + b.dumpBytes,
    complete: a.complete + b.complete,
    incomplete: a.incomplete + b.incomplete,
    unverified: a.unverified + b.unverified,
    damaged: a.damaged + b.damaged,
    databasesComplete: a.databasesComplete + b.databasesComplete,
  };
}
