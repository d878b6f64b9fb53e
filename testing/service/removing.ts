import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { type ParsedBackupName, parseBackupName } from '../../protocol/backup-name.ts';
import { recordBackup } from '../../server/backups/sidecar/insert-backup.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { Database } from '../../server/entities/database.entity.ts';
import { Pin } from '../../server/entities/pin.entity.ts';
import { type MayGo, type RemovedDue, removeDue } from '../../server/removal/remove-due.ts';
import { scheduleRemoval } from '../../server/removal/schedule-removal.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { sampleManifest } from '../zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../zips/sample-zip.ts';
import { upload } from './requests.ts';
import type { RunningApp } from './running-app.ts';

export const DAY_MS = 86_400_000;

/** A complete backup that a service has received. */
export interface KeptBackup extends SampleZip {
  readonly id: number;
}

/** Sends a complete backup of a night of 2023. */
export async function keepNight(
  { url }: Pick<RunningApp, 'url'>,
  night: number,
  { database = 'pt_xyz' }: { database?: string } = {},
): Promise<KeptBackup> {
  const zip = zipOf(timeOfNight(night), database);
  const { status, text, json } = await upload(url, zip, { manifest: sampleManifest(zip) });
  if (status !== 201 || json.data.state !== 'complete') throw new Error(text);
  return { ...zip, id: json.data.id };
}

/** Keeps one as if it had been received in that night, for tests that upload nothing: it has its file, its record and its row. */
export async function storeNight(
  { history, storage }: Pick<RunningApp, 'history' | 'storage'>,
  night: number,
  { database = 'pt_xyz', takenAt = timeOfNight(night) }: { database?: string; takenAt?: string } = {},
): Promise<KeptBackup> {
  const zip = zipOf(takenAt, database);
  const { bytes, sha256, dump, fileName } = zip;
  const received = await storage.receive({ database, fileName }, Readable.from([bytes]));
  if (!(await received.publish())) throw new Error(`${fileName} is there already`);
  await received.discard();
  const name = parseBackupName(fileName) as ParsedBackupName;
  const { backup } = await recordBackup(
    { em: history.em.fork(), storage },
    {
      ...{ name, sha256, dump, size: bytes.length, receivedAt: new Date(name.takenAt.getTime() + 60_000) },
      ...{ state: 'complete', findings: [], manifest: undefined, contents: undefined },
      ...{ shrunkFrom: null, acceptedAt: null, acceptedBy: null, acceptedFor: null },
      ...{ removalDue: null, removedAt: null, removedBy: null, removedFor: null, removalKind: null },
    },
  );
  return { ...zip, id: backup.id };
}

/** Takes all backups and their files away, and all that is known of them, for the next test of one service. */
export async function forgetNights({ history, storageDir, events }: RunningApp): Promise<void> {
  const em = history.em.fork();
  const backups = await em.find(Backup, { id: { $gt: 0 } }, { populate: ['database'] });
  await em.nativeDelete(Pin, { id: { $gt: 0 } });
  await em.nativeDelete(Backup, { id: { $gt: 0 } });
  await em.nativeDelete(Database, { id: { $gt: 0 } });
  for (const { id, database, sortedAt } of backups) {
    await rm(join(storageDir, database.name), { recursive: true, force: true });
    events.changed({ id, sortedAt: sortedAt!, database: database.name });
  }
}

function timeOfNight(night: number): string {
  return `2023-10-${String(night).padStart(2, '0')}T01:30:00Z`;
}

function zipOf(takenAt: string, database: string): SampleZip {
  return sampleZip({ database, takenAt, content: `-- ${takenAt} of ${database}\n-- Dump completed\n` });
}

interface Wish {
  readonly storage?: Storage;
  readonly now?: Date;
  readonly mayGo?: MayGo;
}

/** Has backups go, as a plan of the retention does, at once. */
export async function scheduleNow(
  { history, storage }: RunningApp,
  ids: readonly number[],
  now = new Date(),
): Promise<void> {
  const em = history.em.fork();
  const wanted = { dueAt: now, by: 'retention', why: 'goes because a test says so', kind: 'retention' } as const;
  for (const backupId of ids) await scheduleRemoval({ em, storage, now }, { backupId, ...wanted });
}

/** Removes what is due by now. @returns how many went, stayed and failed, and the lines of the log */
export async function removeNow(
  app: Pick<RunningApp, 'history' | 'storage' | 'events' | 'audit'>,
  { storage = app.storage, now = new Date(), mayGo = async () => true }: Wish = {},
): Promise<RemovedDue & { lines: string[] }> {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line).msg) });
  const { history, events, audit } = app;
  return { ...(await removeDue({ em: history.em.fork(), storage, now, log, events, audit, mayGo })), lines };
}
