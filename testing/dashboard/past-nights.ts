import { randomUUID } from 'node:crypto';
import { evaluateAlarms } from '../../server/alarms/evaluate-alarms.ts';
import { EVERYTHING } from '../../server/auth/scope.ts';
import type { Configuration } from '../../server/configuration/configuration.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { Database } from '../../server/entities/database.entity.ts';
import { Report } from '../../server/entities/report.entity.ts';
import { evaluateFreshness } from '../../server/freshness/evaluate-freshness.ts';
import type { Orm } from '../../server/history/orm.ts';
import { rowOf } from '../../server/reports/receive-report.ts';
import { receiveRun } from '../../server/runs/receive-run.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { sampleDrill } from '../service/sample-reports.ts';
import { DATABASES, SOURCES, type SourceName } from './clients.ts';
import { dumpsOf, manifestOf, reportOf, runStart, type StoredDump, type Troubles } from './night.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

/** How many nights passed before the last one. */
export const PAST_NIGHTS = 29;

/** The server of these was away on one of them, so that there is something to read in the history of alarms. */
const HICCUP = { ago: 12, names: ['sinar_crm', 'sinar_mail'] };

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly configuration: Configuration;
}

/**
 * Fills a history with the nights before the last one: rows of backups without files, as uploads of a month would take minutes. The
 * runs are received and all is evaluated by the code of the service, night by night.
 */
export async function fillPastNights(parts: Parts): Promise<void> {
  for (let ago = PAST_NIGHTS; ago > 0; ago--) {
    const away = ago === HICCUP.ago ? HICCUP.names : [];
    const troubles: Troubles = new Map(away.map(name => [name, { unreachable: 'refuses connections' }]));
    for (const source of Object.keys(SOURCES) as SourceName[]) await passNight(parts, source, ago, troubles);
    const end = runStart('db7', ago).getTime();
    await evaluate(parts, new Date(end + 3 * HOUR));
  }
}

async function passNight({ history }: Parts, source: SourceName, ago: number, troubles: Troubles): Promise<void> {
  const em = history.em.fork();
  const stored: StoredDump[] = [];
  await em.begin();
  for (const dump of dumpsOf(source, ago, troubles)) {
    if (troubles.get(dump.database.name)?.unreachable) continue;
    const { database, takenAt, endedAt, size, fileName } = dump;
    const zip = {
      ...{ database: database.name, fileName, bytes: { length: size } as Buffer, sha256: digest(size) },
      dump: { size: Math.round(size * 1.33), sha256: digest(size + 1) },
    };
    const manifest = manifestOf(dump, zip);
    const { id: databaseId } = await em.upsert(Database, { name: database.name });
    const receivedAt = new Date(endedAt.getTime() + 2_000);
    const backupId = await em.insert(Backup, {
      ...{ database: databaseId, fileName, takenAt, sortedAt: takenAt, receivedAt, checkedAt: receivedAt },
      ...{ size, sha256: zip.sha256, dumpSize: zip.dump.size, dumpSha256: zip.dump.sha256, state: 'complete' },
      ...{ dumpRows: manifest.dump.rows, tableCount: manifest.inventory.tables.length },
      manifest: JSON.stringify(manifest),
    });
    stored.push({ ...dump, backupId, manifest });
    await drill(em, { ...dump, backupId, manifest }, ago);
  }
  await em.commit();
  const report = reportOf(source, ago, stored, troubles);
  const receivedAt = new Date(Date.parse(report.ended_at) + 1_000);
  const reading = { em: history.em.fork(), scope: EVERYTHING };
  await receiveRun(reading, { report, json: JSON.stringify(report) }, { receivedAt, reportedBy: `${source}-upload` });
}

/** Each night two other databases are drilled; of one no backup is ever proven, and of another one drill has failed. */
async function drill(em: ReturnType<Orm['em']['fork']>, dump: StoredDump, ago: number): Promise<void> {
  const at = DATABASES.findIndex(({ name }) => name === dump.database.name);
  if (at === NEVER_DRILLED || (at + 2 * ago) % 24 >= 2) return;
  const startedAt = new Date(runStart('db7', ago).getTime() + 2 * HOUR + at * MINUTE);
  const seconds = 20 + dump.size / 8_000;
  const isBad = at === 8 && ago === 20;
  const report = sampleDrill({
    ...{ report_id: randomUUID(), database: dump.database.name },
    backup: { id: dump.backupId, file_name: dump.fileName, zip_sha256: null },
    ...{ started_at: startedAt.toISOString(), rto_seconds: isBad ? null : Math.round(seconds * 10) / 10 },
    ended_at: new Date(startedAt.getTime() + seconds * 1_000).toISOString(),
    loaded: {
      bytes: dump.manifest.dump.size,
      rows: dump.manifest.dump.rows,
      objects: dump.manifest.inventory.tables.length,
    },
    ...(isBad && { outcome: 'not_restorable' as const, reason: 'the throwaway server ran out of space' }),
  });
  const backup = { id: dump.backupId, receivedAt: dump.endedAt } as Backup;
  const storedAt = new Date(Date.parse(report.ended_at) + 1_000);
  await em.insert(Report, rowOf({ kind: 'drill', report, json: JSON.stringify(report) }, backup, storedAt));
}

const NEVER_DRILLED = DATABASES.findIndex(({ name }) => name === 'maju_arsip');

async function evaluate({ history, storage, configuration }: Parts, now: Date): Promise<void> {
  await evaluateFreshness({ em: history.em.fork(), storage, configuration, now });
  const space = async () => ({ free: 400 * 1024 ** 3, total: 1024 ** 4 });
  const em = history.em.fork();
  await evaluateAlarms({ em, configuration, now, log: SILENT as never, space, bytesPerDay: async () => 0 });
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @returns 64 hexadecimal digits, as a file of that size might have them */
function digest(size: number): string {
  return (size * 2_654_435_761).toString(16).padStart(16, '0').repeat(4).slice(0, 64);
}
