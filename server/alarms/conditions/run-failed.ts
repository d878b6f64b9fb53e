import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { type Looking, NAMES_AT_ONCE, NEW_WITHIN_MS, short } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** So many sources are looked at whose run came to no database: a token may name any, each minute another one. */
const MOST_SOURCES = 1_000;

/**
 * Finds the databases whose newest run did not back them up, until a complete backup comes from elsewhere; and the sources whose
 * newest run ended before it came to any database. What that costs hangs on how many databases are watched, and not on how many runs
 * a client reports.
 */
export async function runFailed({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const open = openSubjects('run_failed');
  const sources = new Set(open.filter(subject => subject.startsWith(RUN_OF)).map(text => text.slice(RUN_OF.length)));
  const broken = BROKEN_RUNS.where('r.received_at', '>=', since).limit(MOST_SOURCES);
  for (const { source } of await readRows(em, broken)) sources.add(source);
  const conditions = await ofDatabases(em, { since, open: new Set(open) });
  return [...conditions, ...(await ofSources(em, [...sources].slice(0, MOST_SOURCES)))];
}

/** Subjects are names of databases, and these. A database has no blank in front of its name. */
const RUN_OF = 'the run of ';

interface Wanted {
  /** Older ones are not news. */
  readonly since: Date;
  /** The subjects of the alarms that are open: these are looked at again, however long ago it began. */
  readonly open: ReadonlySet<string>;
}

async function ofDatabases(em: EntityManager, { since, open }: Wanted): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (let after = ''; ; ) {
    const rows = await readRows(em, newestOutcomes(after));
    for (const row of rows) {
      const isOver = row.countsAt !== null && row.countsAt > row.endedAt;
      const isWanted = row.receivedAt >= since || open.has(row.name);
      if ((row.state === 'failed' || row.state === 'not_done') && !isOver && isWanted) conditions.push(ofDatabase(row));
    }
    if (rows.length < NAMES_AT_ONCE) return conditions;
    after = rows.at(-1)!.name;
  }
}

interface Outcome {
  readonly name: string;
  readonly endedAt: Date;
  readonly message: string | null;
  readonly advice: string | null;
  readonly causeWhere: string | null;
  readonly causeWhy: string | null;
  readonly source: string;
}

function ofDatabase({ name, endedAt, message, advice, causeWhere, causeWhy, source }: Outcome): Condition {
  const cause = causeWhy === null ? undefined : short(causeWhere === null ? causeWhy : `${causeWhere} ${causeWhy}`);
  const why = cause ?? (message === null ? 'the run ended before' : short(message));
  return {
    ...{ kind: 'run_failed', subject: name, database: name, source, severity: 'warning', since: endedAt },
    summary: `${name} was not backed up: ${why}`,
    advice:
      advice === null ? `Check it on ${source}: sade doctor` : `On ${source}: ${short(advice)} Then run: sade backup`,
    ...(cause !== undefined && { cause }),
  };
}

async function ofSources(em: EntityManager, sources: readonly string[]): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const source of sources) {
    const [run] = await readRows(em, NEWEST_RUNS.where('r.source', '=', source));
    if (!run || run.problem === null || run.exitCode === 0 || Number(run.total) > 0) continue;
    conditions.push({
      ...{ kind: 'run_failed', subject: `${RUN_OF}${source}`, source, severity: 'warning', since: run.endedAt },
      summary: `The run of ${source} backed up no database: ${short(run.problem)}`,
      advice: `Check it on ${source}: sade doctor`,
    });
  }
  return conditions;
}

const eb = aliased<{ w: 'watched_databases'; o: 'run_outcomes'; newest: 'run_outcomes'; r: 'runs' }>();

const BROKEN_RUNS = query.selectFrom('runs as r').where('r.problem', 'is not', null).select('r.source').distinct();

const newestId = query
  .selectFrom('run_outcomes as newest')
  .select('newest.id')
  .where(eb('newest.database_name', '=', eb.ref('w.database_name')))
  .where('newest.is_leftover', '=', eb.lit(0) as never)
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

/** One seek for each database. What is paused or retired is left alone by `readConditions`. */
function newestOutcomes(after: string) {
  return query
    .selectFrom('watched_databases as w')
    .innerJoin('run_outcomes as o', join => join.on('o.id', '=', newestId))
    .innerJoin('runs as r', 'r.id', 'o.run')
    .where('w.database_name', '>', after)
    .orderBy('w.database_name')
    .limit(NAMES_AT_ONCE)
    .select([
      'w.database_name as name',
      'w.last_complete_counts_at as countsAt',
      'o.state',
      'o.ended_at as endedAt',
      'o.message',
      'o.advice',
      'o.cause_where as causeWhere',
      'o.cause_why as causeWhy',
      'r.source',
      'r.received_at as receivedAt',
    ]);
}

const NEWEST_RUNS = query
  .selectFrom('runs as r')
  .orderBy('r.started_at', 'desc')
  .orderBy('r.id', 'desc')
  .limit(1)
  .select(['r.problem', 'r.exit_code as exitCode', 'r.total', 'r.ended_at as endedAt']);
