import { readRows, selectedBySubquery } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** So many databases are shown: each has a dozen lines. What is beyond is counted only. */
const MOST_DATABASES = 20_000;

/** So many are read in one statement: it takes some milliseconds. */
const AT_ONCE = 500;

/** What a scrape shows of one database; null where it is not known. */
export interface MeasuredDatabase extends Omit<Row, 'lastAttempt' | 'lastDrill' | 'lastRestorable' | 'lastDetail'> {
  readonly lastAttemptAt: Date | null;
  /** Of the last run, by stage, in seconds. */
  readonly stageSeconds: Readonly<Record<string, number | null>>;
  readonly lastDrillAt: Date | null;
  /** When the newest drill ended that restored a backup. */
  readonly lastRestorableAt: Date | null;
}

/** Reads the watched databases in scope by name, a page at a time; each page is a few seeks for each database. */
export async function* readDatabases(reading: Reading): AsyncGenerator<MeasuredDatabase> {
  let after = '';
  for (let read = 0; read < MOST_DATABASES; read += AT_ONCE) {
    const page = await readPage(reading, after);
    for (const row of page) yield measured(row);
    if (page.length < AT_ONCE) return;
    after = page.at(-1)!.name;
  }
}

function readPage({ em, scope }: Reading, after: string) {
  const isWanted = eb.and([eb('w.database_name', '>', after), ...isInScope(eb.ref('w.database_name'), scope)]);
  return readRows(em, WATCHED.where(isWanted).limit(AT_ONCE));
}

type Row = Awaited<ReturnType<typeof readPage>>[number];

function measured({ lastAttempt, lastDrill, lastRestorable, lastDetail, ...row }: Row): MeasuredDatabase {
  return {
    ...row,
    lastAttemptAt: selectedBySubquery(lastAttempt),
    lastDrillAt: selectedBySubquery(lastDrill),
    lastRestorableAt: selectedBySubquery(lastRestorable),
    stageSeconds: stagesIn(lastDetail),
  };
}

function stagesIn(detail: string | null): MeasuredDatabase['stageSeconds'] {
  return detail === null ? {} : (JSON.parse(detail).stage_seconds ?? {});
}

const eb = aliased<{ w: 'watched_databases'; o: 'run_outcomes'; r: 'reports' }>();

const lastOutcome = query
  .selectFrom('run_outcomes as o')
  .where(eb('o.database_name', '=', eb.ref('w.database_name')))
  .where('o.is_leftover', '=', 0)
  .orderBy('o.ended_at', 'desc')
  .orderBy('o.id', 'desc')
  .limit(1);

const lastDrill = query
  .selectFrom('reports as r')
  .select('r.ended_at')
  .where('r.kind', '=', 'drill')
  .where(eb('r.database_name', '=', eb.ref('w.database_name')))
  .orderBy('r.ended_at', 'desc')
  .orderBy('r.id', 'desc')
  .limit(1);

const WATCHED = query
  .selectFrom('watched_databases as w')
  .leftJoin('backups as b', 'b.id', 'w.last_complete_id')
  .select([
    'w.database_name as name',
    'w.state',
    'w.state_since as stateSince',
    'w.due_at as dueAt',
    'w.late_at as lateAt',
    'w.last_complete_received_at as lastCompleteReceivedAt',
    // Of the last complete backup: its zip and its plain dump in bytes, and its rows.
    'b.size',
    'b.dump_size as dumpSize',
    'b.dump_rows as dumpRows',
    lastOutcome.select('o.ended_at').as('lastAttempt'),
    lastOutcome.select('o.detail').as('lastDetail'),
    lastDrill.as('lastDrill'),
    lastDrill.where('r.outcome', '=', 'restorable').as('lastRestorable'),
  ])
  .orderBy('w.database_name');
