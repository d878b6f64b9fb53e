import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService } from '../../testing/service/service.ts';
import { ServerMeter } from '../measuring/server-meter.ts';
import type { Scene } from '../scene.ts';
import { fillHistory } from './fill-history.ts';
import type { HistorySize } from './history-rows.ts';
import { graphql } from './questions.ts';
import { answerTo } from './same-answers.ts';

export type StoreKind = 'mariadb' | 'sqlite';

/** A history with generated backups, and the service or program that answers from it. */
export interface FilledHistory {
  /** As DATABASE_URL has it. */
  readonly url: string;
  readonly servers: readonly ServerMeter[];
}

/** A service over a filled history, with nothing else to do any more. */
export interface HistoryStand extends AsyncDisposable {
  readonly url: string;
  readonly meter: ServerMeter;
  /** How long it looked for the files of its backups, after its start. */
  readonly straySeconds: number;
}

export function filledHistory(scene: Scene, kind: StoreKind, size: HistorySize): Promise<FilledHistory> {
  const name = `history_${size.databases}_${size.days}`;
  return scene.once(`${kind} ${name}`, async () => {
    const url = kind === 'mariadb' ? await mariaDbUrl(scene, name) : `sqlite:${join(scene.folder, `${name}.sqlite`)}`;
    await fillHistory(url, size, scene.signal);
    return { url, servers: kind === 'mariadb' ? [await scene.mariadbMeter()] : [] };
  });
}

/** No file of a backup exists. The service reports that at the end of its check and is then idle. */
export function historyStand(scene: Scene, kind: StoreKind, size: HistorySize): Promise<HistoryStand> {
  const name = `${kind}-service-${size.databases}-${size.days}`;
  return scene.once(name, async () => {
    const { url: DATABASE_URL } = await filledHistory(scene, kind, size);
    const STORAGE_DIR = await scene.emptyFolder(name);
    const fixed = { ALLOW_EMPTY_STORAGE: 'on', SCRUB_INTERVAL_DAYS: '0' };
    const service = await startService({ DATABASE_URL, STORAGE_DIR, ...fixed });
    const began = performance.now();
    while (!service.output().includes('have no stored file any more')) await sleep(20, undefined, scene);
    const straySeconds = (performance.now() - began) / 1000;
    await untilEvaluated(service.url, { databases: size.databases, signal: scene.signal });
    return {
      url: service.url,
      meter: new ServerMeter([service.pid], { isOurs: true }),
      straySeconds,
      [Symbol.asyncDispose]: async () => void (await service.stop()),
    };
  });
}

/** Once a minute the service finds the state of all databases. Until then its answers lack it, and a page has to find it by itself. */
async function untilEvaluated(
  url: string,
  { databases, signal }: { readonly databases: number; readonly signal: AbortSignal },
): Promise<void> {
  const ask = graphql('{ watchedDatabases { totalCount } }');
  for (;;) {
    const { data } = JSON.parse(await answerTo(url, ask)) as { data: { watchedDatabases: { totalCount: number } } };
    if (data.watchedDatabases.totalCount === databases) return;
    await sleep(500, undefined, { signal });
  }
}

async function mariaDbUrl(scene: Scene, name: string): Promise<string> {
  const mariadb = await scene.mariadb();
  await mariadb.sql(`create database ${name}`);
  return mariadb.url(name);
}
