import { FRESHNESS_STATES } from '../entities/freshness/watched-database.entity.ts';
import { countRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';
import type { Metric, Sample } from './exposition.ts';
import { type MeasuredDatabase, readDatabases } from './read-databases.ts';
import { toSeconds } from './timestamps.ts';

/** What each database has one figure of, or none. Times are those of the service's clock, but for what a client reports. */
const FIGURES: Readonly<Record<string, readonly [help: string, of: (database: MeasuredDatabase) => number | null]>> = {
  lumbung_database_last_complete_timestamp_seconds: [
    'When the service received the last complete backup',
    ({ lastCompleteReceivedAt }) => time(lastCompleteReceivedAt),
  ],
  lumbung_database_due_timestamp_seconds: ['When the next complete backup is due', ({ dueAt }) => time(dueAt)],
  lumbung_database_late_timestamp_seconds: [
    'When the next complete backup is late: its due time and the grace',
    ({ lateAt }) => time(lateAt),
  ],
  lumbung_database_last_complete_size_bytes: ['The zip of the last complete backup', ({ size }) => size],
  lumbung_database_last_complete_dump_bytes: ['The plain dump of the last complete backup', ({ dumpSize }) => dumpSize],
  lumbung_database_last_complete_rows: ['The rows in the last complete backup', ({ dumpRows }) => dumpRows],
  lumbung_database_last_attempt_timestamp_seconds: [
    'When the last reported run ended for this database, with any outcome, by the clock of its host',
    ({ lastAttemptAt }) => time(lastAttemptAt),
  ],
  lumbung_database_last_drill_timestamp_seconds: [
    'When the last drill ended, with any outcome',
    ({ lastDrillAt }) => time(lastDrillAt),
  ],
  lumbung_database_last_restorable_timestamp_seconds: [
    'When the last drill ended that restored a backup completely',
    ({ lastRestorableAt }) => time(lastRestorableAt),
  ],
};

const STATE_SINCE = 'lumbung_database_state_since_timestamp_seconds';
const STAGES = 'lumbung_database_last_run_stage_seconds';

/** Measures each watched database in scope: in a few queries, and with as many lines as it has figures. */
export async function databaseMetrics(reading: Reading): Promise<Metric[]> {
  const samples = new Map([...Object.keys(FIGURES), STATE_SINCE, STAGES].map(name => [name, [] as Sample[]]));
  const counts = new Map<string, number>(FRESHNESS_STATES.map(state => [state, 0]));
  let shown = 0;
  for await (const database of readDatabases(reading)) {
    shown++;
    const { name, state, stateSince, stageSeconds } = database;
    const labels = { database: name };
    for (const [metric, [, of]] of Object.entries(FIGURES)) {
      const value = of(database);
      if (value !== null) samples.get(metric)!.push({ labels, value: Number(value) });
    }
    samples.get(STATE_SINCE)!.push({ labels: { database: name, state }, value: toSeconds(stateSince) });
    for (const [stage, seconds] of Object.entries(stageSeconds))
      if (seconds !== null) samples.get(STAGES)!.push({ labels: { database: name, stage }, value: seconds });
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const gauge = (name: string, help: string): Metric => ({ name, help, type: 'gauge', samples: samples.get(name)! });
  return [
    ...Object.entries(FIGURES).map(([name, [help]]) => gauge(name, help)),
    gauge(STATE_SINCE, 'Since when the database is in the state that its label has; no other state of it is listed'),
    gauge(STAGES, 'How long each stage of the last reported run was at work'),
    {
      name: 'lumbung_databases',
      help: 'How many of the listed databases are in each state',
      type: 'gauge',
      samples: [...counts].map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'lumbung_databases_left_out',
      help: 'How many watched databases are not listed, since there are too many',
      type: 'gauge',
      samples: [{ value: (await countWatched(reading)) - shown }],
    },
  ];
}

function time(instant: Date | null): number | null {
  return instant && toSeconds(instant);
}

async function countWatched({ em, scope }: Reading): Promise<number> {
  return countRows(
    em,
    query.selectFrom('watched_databases as w').where(eb.and(isInScope(eb.ref('w.database_name'), scope))),
  );
}

const eb = aliased<{ w: 'watched_databases' }>();
