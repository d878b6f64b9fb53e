import { isOneOf } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, NEW_WITHIN_MS, short } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/**
 * Finds the databases whose newest run did not back them up, until a complete backup comes from elsewhere; and the sources whose
 * newest run ended before it came to any database.
 */
export async function runFailed({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const open = openSubjects('run_failed');
  const names = new Set(open.filter(subject => !subject.startsWith(RUN_OF)));
  const sources = new Set(open.filter(subject => subject.startsWith(RUN_OF)).map(text => text.slice(RUN_OF.length)));
  for (const run of await readRows(em, FAILED_RUNS.where('r.received_at', '>=', since))) {
    if (run.problem !== null) sources.add(run.source);
    for (const { name } of await readRows(em, FAILURES.where('o.run', '=', run.id))) names.add(name);
  }
  return [...(await ofDatabases(em, [...names])), ...(await ofSources(em, [...sources]))];
}

/** Subjects are names of databases, and these. A database has no blank in front of its name. */
const RUN_OF = 'the run of ';

async function ofDatabases(em: EntityManager, names: readonly string[]): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, NEWEST_OUTCOMES.where(isOneOf(eb.ref('w.database_name'), piece)));
    for (const row of rows) {
      const isOver = row.countsAt !== null && row.countsAt > row.endedAt;
      if ((row.state === 'failed' || row.state === 'not_done') && !isOver) conditions.push(ofDatabase(row));
    }
  }
  return conditions;
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
  const cause = causeWhy === null ? undefined : short(causeWhere === null ? causeWhy : `${causeWhere}: ${causeWhy}`);
  const why = cause ?? (message === null ? 'the run ended before' : short(message));
  return {
    ...{ kind: 'run_failed', subject: name, database: name, source, severity: 'warning', since: endedAt },
    summary: `${name} was not backed up: ${why}`,
    advice: advice === null ? `Check it on ${source}: sade doctor` : short(advice),
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

const FAILED_RUNS = query
  .selectFrom('runs as r')
  .select(['r.id', 'r.source', 'r.problem'])
  .where(eb.or([eb('r.failed_count', '>', 0), eb('r.not_done_count', '>', 0), eb('r.problem', 'is not', null)]));

const FAILURES = query
  .selectFrom('run_outcomes as o')
  .select('o.database_name as name')
  .where('o.state', 'in', ['failed', 'not_done']);

const newestId = query
  .selectFrom('run_outcomes as newest')
  .select('newest.id')
  .where(eb('newest.database_name', '=', eb.ref('w.database_name')))
  .where('newest.is_leftover', '=', eb.lit(0) as never)
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

/** One seek for each database. What is paused or retired is left alone. */
const NEWEST_OUTCOMES = query
  .selectFrom('watched_databases as w')
  .innerJoin('run_outcomes as o', join => join.on('o.id', '=', newestId))
  .innerJoin('runs as r', 'r.id', 'o.run')
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
  ]);

const NEWEST_RUNS = query
  .selectFrom('runs as r')
  .orderBy('r.started_at', 'desc')
  .orderBy('r.id', 'desc')
  .limit(1)
  .select(['r.problem', 'r.exit_code as exitCode', 'r.total', 'r.ended_at as endedAt']);
