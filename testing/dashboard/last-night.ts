import { randomBytes } from 'node:crypto';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { request, upload } from '../service/requests.ts';
import { bearer } from '../service/tokens.ts';
import { type SampleZip, sampleZip } from '../zips/sample-zip.ts';
import { SOURCES, type SourceName } from './clients.ts';
import {
  dumpsOf,
  manifestOf,
  type NightlyDump,
  reportOf,
  type StoredDump,
  type Trouble,
  type Troubles,
} from './night.ts';
import type { SceneClock } from './scene-clock.ts';

/** A backup that the service has received, with its bytes. */
export interface Received extends StoredDump {
  readonly zip: SampleZip;
}

interface Scene {
  readonly url: string;
  /** May upload. */
  readonly token: string;
  readonly clock: SceneClock;
}

/** Has every source upload its backups, and report its run, when its run ends: all by requests. @returns what was stored */
export async function passLastNight(scene: Scene, troubles: Troubles): Promise<Received[]> {
  const runs = (Object.keys(SOURCES) as SourceName[]).map(source => ({ source, dumps: dumpsOf(source, 0, troubles) }));
  const endOf = ({ dumps }: (typeof runs)[number]) => dumps.at(-1)!.endedAt.getTime();
  const all: Received[] = [];
  for (const run of runs.sort((a, b) => endOf(a) - endOf(b))) {
    await scene.clock.set(new Date(endOf(run) + 2_000));
    const stored: Received[] = [];
    for (const dump of run.dumps) {
      const trouble = troubles.get(dump.database.name);
      if (!trouble?.unreachable) stored.push(await send(scene, dump, trouble));
    }
    await scene.clock.set(new Date(endOf(run) + 4_000));
    await report(scene, reportOf(run.source, 0, stored, troubles));
    all.push(...stored);
  }
  return all;
}

/** Uploads a backup as `sade` does. @throws Error when the service does not take it */
export async function send({ url, token }: Scene, dump: NightlyDump, trouble?: Trouble): Promise<Received> {
  const { database, takenAt, fileName, size } = dump;
  // Text of random letters: its zip has three quarters of its size.
  const content = `${randomBytes(size).toString('base64')}\n-- Dump completed\n`;
  const zip = sampleZip({ database: database.name, takenAt: takenAt.toISOString(), fileName, content });
  const manifest = manifestOf(dump, zip, trouble);
  const { status, json, text } = await upload(url, zip, { manifest, headers: bearer(token) });
  if (status !== 201) throw new Error(`${database.name} was not taken: ${status} ${text}`);
  return { ...dump, zip, manifest, backupId: json.data.id };
}

async function report({ url, token }: Scene, body: RunReport): Promise<void> {
  const headers = { ...bearer(token), 'content-type': 'application/json' };
  const { status, text } = await request(`${url}/-/runs`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (status !== 201 && status !== 200) throw new Error(`the report of a run was not taken: ${status} ${text}`);
}
