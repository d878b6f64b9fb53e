import { randomUUID } from 'node:crypto';
import { formatBackupName } from '../../protocol/backup-name.ts';
import type { FindingList } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { RunOutcome } from '../../protocol/runs/run-outcome.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { SAMPLE_LIST, sampleEntry, sampleFailure, sampleOutcome, sampleRun } from '../service/sample-runs.ts';
import { sampleManifest, table } from '../zips/sample-manifest.ts';
import type { SampleZip } from '../zips/sample-zip.ts';
import { type ClientDatabase, DATABASES, SOURCES, type SourceName } from './clients.ts';

const [SECOND, MINUTE, DAY] = [1_000, 60_000, 86_400_000];
/** Midnight of Jakarta before the last night. */
const LAST_MIDNIGHT = Date.parse('2026-11-24T17:00:00Z');

/** When someone opens the dashboard: 07:42 in Jakarta, on the day after the last night. */
export const MORNING = new Date('2026-11-25T00:42:00Z');

/** What is not as always with a database on a night. */
export interface Trouble {
  /** Of its manifest. */
  readonly findings?: NonNullable<FindingList>;
  readonly withoutTables?: readonly string[];
  readonly withoutTriggers?: boolean;
  /** Its server does not answer, for this reason: there is no backup. */
  readonly unreachable?: string;
  /** It is not on the list. */
  readonly isUnlisted?: boolean;
}
export type Troubles = ReadonlyMap<string, Trouble>;

/** The dump of one database on one night, without its bytes. */
export interface NightlyDump {
  readonly database: ClientDatabase;
  readonly takenAt: Date;
  readonly endedAt: Date;
  /** Of the zip, in bytes, about. */
  readonly size: number;
  readonly fileName: string;
}

/** @param ago 0 is the last night, 1 the one before @returns when a source begins its run */
export function runStart(source: SourceName, ago: number): Date {
  return new Date(LAST_MIDNIGHT - ago * DAY + SOURCES[source].startsAt * MINUTE);
}

/** @returns the databases of a source that are on its list, one after the other, with what their dump is like on that night */
export function dumpsOf(source: SourceName, ago: number, troubles: Troubles = new Map()): NightlyDump[] {
  let at = runStart(source, ago).getTime() + 4 * SECOND;
  return listed(source, troubles).map(database => {
    const takenAt = new Date(Math.floor(at / SECOND) * SECOND);
    const growth = 1 + 0.004 * (30 - ago) + 0.006 * Math.sin(ago * 2.3 + database.size);
    const size = Math.round(database.size * growth);
    at += size * 0.44;
    const fileName = formatBackupName({ database: database.name, takenAt, id: randomUUID() });
    return { database, takenAt, endedAt: new Date(at), size, fileName };
  });
}

function listed(source: SourceName, troubles: Troubles): ClientDatabase[] {
  return DATABASES.filter(one => one.source === source && !troubles.get(one.name)?.isUnlisted);
}

/** @returns the manifest that `sade` sends with it */
export function manifestOf(
  { database, takenAt, endedAt }: NightlyDump,
  zip: SampleZip,
  trouble: Trouble = {},
): Manifest {
  const { findings = [], withoutTables = [], withoutTriggers = false } = trouble;
  const tables = database.tables
    .filter(name => !withoutTables.includes(name))
    .map((name, at) => table(name, Math.round((zip.dump.size / 60) * (1 / (at + 1)))));
  const triggers = withoutTriggers ? [] : ['stok_setelah_jual'];
  const inventory = { tables, views: ['ringkasan_bulan'], triggers };
  const manifest = sampleManifest(zip, { inventory, findings });
  return {
    ...manifest,
    source: { ...manifest.source, database: database.name },
    made_by: 'sade 0.1.0, Node 24.21.0',
    started_at: takenAt.toISOString(),
    ended_at: endedAt.toISOString(),
  };
}

/** A backup as the service has it. */
export interface StoredDump extends NightlyDump {
  readonly backupId: number;
  readonly manifest: Manifest;
}

/** @returns the report that a source sends behind its run */
export function reportOf(
  source: SourceName,
  ago: number,
  stored: readonly StoredDump[],
  troubles: Troubles,
): RunReport {
  const outcomes = dumpsOf(source, ago, troubles).map(dump => {
    const trouble = troubles.get(dump.database.name) ?? {};
    const found = stored.find(({ database }) => database.name === dump.database.name);
    return found ? outcomeOf(found, trouble) : failureOf(dump, trouble.unreachable ?? 'not known');
  });
  const failed = outcomes.filter(({ state }) => state === 'failed').length;
  const isWell = outcomes.every(({ state, shrunk }) => state === 'complete' && !shrunk);
  const startedAt = runStart(source, ago);
  const ends = outcomes.map(({ ended_at }) => Date.parse(ended_at ?? ''));
  return sampleRun([], {
    ...{ source, host: SOURCES[source].host, list: SAMPLE_LIST, outcomes },
    ...{ started_at: startedAt.toISOString(), ended_at: new Date(Math.max(...ends) + 2 * SECOND).toISOString() },
    exit_code: isWell ? 0 : failed === outcomes.length ? 2 : 1,
    roster: outcomes.map(({ database }) => sampleEntry(database)),
  });
}

function outcomeOf(
  { database, takenAt, endedAt, fileName, backupId, manifest }: StoredDump,
  trouble: Trouble,
): RunOutcome {
  const { dump, zip, inventory, state, findings } = manifest;
  const seconds = (endedAt.getTime() - takenAt.getTime()) / 1000;
  return sampleOutcome(database.name, {
    ...{ state, findings: (findings ?? []).map(({ code }) => code), finding_count: (findings ?? []).length },
    ...{ started_at: takenAt.toISOString(), ended_at: endedAt.toISOString(), file_name: fileName, backup_id: backupId },
    ...{ dump_bytes: dump.size, zip_bytes: zip.size, tables: inventory.tables.length, rows: dump.rows, seconds },
    stage_seconds: { dump: round(seconds * 0.7), zip: round(seconds * 0.8), upload: round(seconds * 0.2) },
    shrunk: (trouble.withoutTables ?? []).length > 0,
  });
}

function failureOf({ database, takenAt }: NightlyDump, why: string): RunOutcome {
  const where = SOURCES[database.source as SourceName].server;
  return sampleFailure(database.name, {
    ...{ message: `connect ECONNREFUSED ${where}`, advice: 'Start the server, or check db_host and db_port.' },
    cause: { where, why },
    ...{ started_at: takenAt.toISOString(), ended_at: new Date(takenAt.getTime() + 3 * SECOND).toISOString() },
  });
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
