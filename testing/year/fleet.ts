import { randomUUID } from 'node:crypto';
import { Cron } from 'croner';
import { Database } from '../../server/entities/database.entity.ts';
import { insertRows } from '../../server/history/insert-rows.ts';
import type { Orm } from '../../server/history/orm.ts';

const MINUTE = 60_000;

/** What one night of a source is like, where it is not like all others. */
export interface Night {
  /** No run: its cron is gone. */
  readonly isSilent?: boolean;
  /** The databases that the run did not back up, with a cause that they share, if they do. */
  readonly fails?: ReadonlyMap<string, { readonly where?: string; readonly why: string }>;
  /** The run ended before it came to any database. */
  readonly problem?: string;
  /** The lines that are not on its list. */
  readonly without?: readonly string[];
  /** How far the clock of the source is ahead. */
  readonly clockAheadSeconds?: number;
}

/** A host with its databases. */
export interface Source {
  readonly name: string;
  readonly databases: readonly string[];
  /** When its cron job starts. */
  readonly cron: Cron;
  /** What its list says about how often; null: as the service says. */
  readonly every: string | null;
}

/** @returns sources with the same number of databases each; one of them keeps the time of a zone with summer time */
export function makeFleet(sources: number, each: number): Source[] {
  return Array.from({ length: sources }, (_, i) => {
    const isLocal = i === 4;
    return {
      name: `db${i}`,
      databases: Array.from({ length: each }, (_, j) => `client_${i}${String.fromCharCode(97 + j)}`),
      cron: new Cron(isLocal ? '30 2 * * *' : '0 1 * * *', { timezone: isLocal ? 'Europe/Warsaw' : 'UTC' }),
      every: isLocal ? 'cron 30 2 * * * Europe/Warsaw' : null,
    };
  });
}

/** Writes into the history what a fleet's runs leave there, without their files: rows as the routes of the service write them. */
export class FleetHistory {
  readonly #history: Orm;
  readonly #ids = new Map<string, number>();
  #runs = 0;
  #backups = 0;

  constructor(history: Orm) {
    this.#history = history;
  }

  /** Puts a source's databases on its roster. */
  async enroll({ name, databases, every }: Source, at: Date): Promise<void> {
    const em = this.#history.em.fork();
    for (const database of databases) this.#ids.set(database, (await em.upsert(Database, { name: database })).id);
    const rows = databases.map(database_name => ({
      ...{ source: name, shard: '', list: 'l', part: 'p', database_name, every, grace: null, group_name: null },
      ...{ first_seen_at: at, last_seen_at: at, gone_at: null },
    }));
    await insertRows(em, 'roster_entries', rows as never);
  }

  /** One run, which took a quarter of an hour. */
  async run(source: Source, receivedAt: Date, night: Night = {}): Promise<void> {
    const { fails = new Map(), without = [], problem = null, clockAheadSeconds = 0 } = night;
    const em = this.#history.em.fork();
    const startedAt = new Date(receivedAt.getTime() - 15 * MINUTE);
    const wanted = problem === null ? source.databases.filter(name => !without.includes(name)) : [];
    const good = wanted.filter(name => !fails.has(name));
    const id = ++this.#runs;
    await em.begin();
    await insertRows(em, 'runs', [
      {
        ...{ id, run_id: randomUUID(), source: source.name, shard: '', list: 'l', part: 'p', host: source.name },
        ...{ started_at: startedAt, ended_at: receivedAt, received_at: receivedAt },
        ...{ clock_ahead_seconds: clockAheadSeconds, exit_code: problem !== null ? 3 : fails.size > 0 ? 1 : 0 },
        ...{ outcome: 'all', is_partial: 0, interrupted_by: null, problem, total: wanted.length },
        ...{ complete_count: good.length, incomplete_count: 0, failed_count: wanted.length - good.length },
        ...{ not_done_count: 0, sade_version: '1', runtime: 'node', mysqldump: null, reported_by: 'x', left_out: 0 },
        ...{ is_cut: 0, digest: '0'.repeat(64) },
      } as never,
    ]);
    if (good.length > 0)
      await insertRows(em, 'backups', good.map(name => this.#backup(name, startedAt, receivedAt)) as never);
    const outcomes = wanted.map(database_name => {
      const failure = fails.get(database_name);
      return {
        ...{ run: id, database_name, state: failure ? 'failed' : 'complete', is_leftover: 0 },
        ...{ started_at: startedAt, ended_at: receivedAt, stage: failure ? 'dump' : null },
        ...{ message: failure?.why ?? null, advice: failure ? 'Check the server' : null },
        ...{ cause_where: failure?.where ?? null, cause_why: failure?.where ? failure.why : null },
        ...{ is_shrunk: 0, file_name: null, backup_id: null, detail: '{}' },
      };
    });
    // A healthy year has 40,000 outcomes that no one looks at.
    if (fails.size > 0) await insertRows(em, 'run_outcomes', outcomes as never);
    await this.#setGone(source, without, receivedAt, em);
    await em.commit();
  }

  #backup(name: string, takenAt: Date, received_at: Date) {
    return {
      ...{
        database_id: this.#ids.get(name)!,
        file_name: `year-${this.#backups++}`,
        taken_at: takenAt,
        sorted_at: takenAt,
      },
      ...{ received_at, size: 1_000, sha256: '0'.repeat(64), state: 'complete', finding_count: 0 },
    };
  }

  readonly #gone = new Map<string, boolean>();

  async #setGone({ name, databases }: Source, without: readonly string[], at: Date, em: ReturnType<Orm['em']['fork']>) {
    for (const database of databases) {
      const isGone = without.includes(database);
      if ((this.#gone.get(database) ?? false) === isGone) continue;
      this.#gone.set(database, isGone);
      await em.execute('update roster_entries set gone_at = ? where source = ? and database_name = ?', [
        isGone ? at.getTime() : null,
        name,
        database,
      ]);
    }
  }
}
