import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, watch, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { configurationOf } from '../../server/configuration/reading/configuration-of.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { JobRecord } from '../../server/entities/job-record.entity.ts';
import { RetainedDatabase } from '../../server/entities/retention/retained-database.entity.ts';
import { type Orm, openHistory } from '../../server/history/orm.ts';
import { askErasure, confirmErasure } from '../../server/offboarding/ask-erasure.ts';
import { readErasures } from '../../server/offboarding/erasures.ts';
import { pinBackup } from '../../server/pins/pin-backup.ts';
import { forgetBackup } from '../../server/removal/forget.ts';
import { scheduleRemoval } from '../../server/removal/schedule-removal.ts';
import { policyDigest } from '../../server/retention/rules/policy.ts';
import { policyOf } from '../../server/retention/terms-of.ts';
import { folderStorage } from '../../server/storage/folder/folder-storage.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { COMPILE_CACHE } from '../compile-cache.ts';
import type { HistoryStore } from '../history/history-stores.ts';
import { makeMemoryFolder } from '../machine/memory-folder.ts';
import { DAY_MS, type KeptBackup, storeNight } from '../service/removing.ts';
import { type Service, startService } from '../service/service.ts';
import { until } from '../until.ts';
import { watchAsFresh } from './retention-scene.ts';

const CLOCK = pathToFileURL(join(import.meta.dirname, '../machine/set-clock.ts')).href;
const MAIN = resolve(import.meta.dirname, '../../server/main.ts');
const BEGIN = Date.parse('2026-12-01T12:00:00Z');
const MINUTE_MS = 60_000;

const CONFIGURATION = {
  defaults: { every: '24h', grace: '2h' },
  retention: { enabled: true, default: 'short', policies: { short: { daily: 4 } } },
};

/** The databases, by what happens to them. The newest night first. */
export const PRUNED = 'acme_pruned';
export const FORGOTTEN = 'acme_forgotten';
export const ERASED = 'client_erased';

/**
 * The process of a service with a history, a storage and a clock of its own, in which much is due at once: nights that the retention
 * prunes, nights that someone forgets, and a client that is to be erased.
 */
export class RemovalScene implements AsyncDisposable {
  readonly #store: HistoryStore;
  readonly #folder: string;
  readonly #url: string;
  readonly history: Orm;
  readonly storage: Storage;
  readonly nights: Readonly<Record<string, readonly KeptBackup[]>>;
  /** Ids of those that are due. */
  readonly due: ReadonlySet<number>;
  #now = BEGIN;

  private constructor(
    parts: Pick<RemovalScene, 'history' | 'storage' | 'nights' | 'due'> & {
      store: HistoryStore;
      folder: string;
      url: string;
    },
  ) {
    [this.#store, this.#folder, this.#url] = [parts.store, parts.folder, parts.url];
    ({ history: this.history, storage: this.storage, nights: this.nights, due: this.due } = parts);
    this.#set(BEGIN);
  }

  static async create(store: HistoryStore): Promise<RemovalScene> {
    const folder = await makeMemoryFolder('lumbung-removing-');
    const url = await store.url(folder);
    const history = await openHistory(url);
    const storage = folderStorage({ folder: join(folder, 'backups') });
    await storage.checkUsable();
    await writeFile(join(folder, 'lumbung.json'), JSON.stringify(CONFIGURATION));
    const nights = {
      [PRUNED]: await storeNights({ history, storage }, PRUNED, 24),
      [FORGOTTEN]: await storeNights({ history, storage }, FORGOTTEN, 4),
      [ERASED]: await storeNights({ history, storage }, ERASED, 10),
    };
    const due = await makeDue({ history, storage, nights });
    return new RemovalScene({ store, folder, url, history, storage, nights, due });
  }

  get #clock(): string {
    return join(this.#folder, 'clock');
  }

  #set(ms: number): void {
    this.#now = ms;
    writeFileSync(`${this.#clock}.new`, String(ms));
    renameSync(`${this.#clock}.new`, this.#clock);
  }

  /** Starts the service. It rests: nothing goes before `go`. */
  start(): Promise<Service> {
    return startService({
      ...this.#env(this.#url),
      ...{ NODE_OPTIONS: `--import=${CLOCK}`, TEST_CLOCK_FILE: this.#clock, TEST_CLOCK_STEADY: 'on' },
    });
  }

  #env(url: string): Record<string, string> {
    return {
      DATABASE_URL: url,
      STORAGE_DIR: join(this.#folder, 'backups'),
      LUMBUNG_CONFIG: join(this.#folder, 'lumbung.json'),
    };
  }

  /**
   * Lets more than an hour pass, after which the removal is due again.
   * @param changes so many changes of the storage folder are waited for, or until nothing is due any more
   * @returns how many it saw
   */
  async go(changes: number): Promise<number> {
    using watching = new AbortOnDispose();
    let seen = 0;
    const enough = Promise.withResolvers<void>();
    const watcher = watch(join(this.#folder, 'backups'), { recursive: true, signal: watching.signal });
    watcher.on('change', () => {
      seen += 1;
      if (seen >= changes) enough.resolve();
    });
    this.#set(this.#now + 70 * MINUTE_MS);
    await Promise.race([enough.promise, this.#done(watching.signal)]);
    return seen;
  }

  async #done(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.isDone())) await sleep(50);
  }

  /** @returns whether nothing is due any more */
  async isDone(): Promise<boolean> {
    const due = await this.history.em.fork().count(Backup, { removalDue: { $ne: null } });
    return due === 0 && (await readErasures(this.storage)).requests.length === 0;
  }

  /**
   * Makes a new history from the storage by `lumbung rebuild`, which is killed in the middle and then run again.
   * @param killAfterMs behind its first row
   * @returns the history; the caller closes it
   */
  async rebuild(killAfterMs: number): Promise<Orm> {
    const folder = await makeMemoryFolder('lumbung-rebuilt-');
    const url = await this.#store.url(folder);
    const history = await openHistory(url);
    const first = this.#runRebuild(url);
    const isThere = async () =>
      first.child.exitCode !== null || (await history.em.fork().count(Backup, { id: { $gt: 0 } })) > 0;
    await until('the first row', isThere);
    await sleep(killAfterMs);
    first.child.kill('SIGKILL');
    await first.ended;
    const { ended, said } = this.#runRebuild(url);
    if ((await ended) !== 0) throw new Error(said());
    await rm(folder, { recursive: true, force: true });
    return history;
  }

  #runRebuild(url: string) {
    const child = spawn(process.execPath, ['--expose-gc', MAIN, 'rebuild'], {
      env: { PATH: process.env.PATH, ...COMPILE_CACHE, ...this.#env(url) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => lines.push(String(piece)));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, ended, said: () => lines.join('') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.history.close(true);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

class AbortOnDispose implements Disposable {
  readonly #controller = new AbortController();
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}

type Stores = Pick<RemovalScene, 'history' | 'storage'>;

/** One each day, the newest an hour ago. */
async function storeNights(stores: Stores, database: string, count: number): Promise<KeptBackup[]> {
  const nights: KeptBackup[] = [];
  for (let day = count - 1; day >= 0; day--) {
    const takenAt = new Date(BEGIN - 3_600_000 - day * DAY_MS).toISOString();
    nights.unshift(await storeNight(stores, 0, { database, takenAt }));
  }
  return nights;
}

/** @returns the ids of what is due, or is to be erased */
async function makeDue({ history, storage, nights }: Pick<RemovalScene, 'history' | 'storage' | 'nights'>) {
  const em = history.em.fork();
  const now = new Date(BEGIN);
  const doing = { em, storage, now };
  const configuration = configurationOf(CONFIGURATION);
  for (const database of Object.keys(nights)) {
    await watchAsFresh(history, database, now);
    const digest = policyDigest(policyOf(configuration, database));
    await em.upsert(RetainedDatabase, { databaseName: database, policyDigest: digest, since: now });
  }
  // Else the removal waits for three days: no one has seen the time pass.
  const seen = { lastStartedAt: null, lastEndedAt: now, lastError: null, taken: '[]' };
  await em.insert(JobRecord, { name: 'removal: time seen', plan: '', nextAt: null, ...seen });
  const ids = (database: string, from = 0) => nights[database]!.slice(from).map(({ id }) => id);
  const [pinned, held, ...pruned] = ids(PRUNED, 4).reverse();
  await pinBackup(doing, pinned!, { kind: 'pin', reason: 'the audit of 2026', by: 'siti' });
  await pinBackup(doing, held!, { kind: 'hold', reason: 'case 12/2026', by: 'budi' });
  const wanted = {
    dueAt: now,
    by: 'retention',
    why: 'to be removed: no rule of its policy keeps it',
    kind: 'retention',
  } as const;
  for (const backupId of pruned) await scheduleRemoval(doing, { backupId, ...wanted });
  const forgotten = ids(FORGOTTEN, 2);
  for (const id of forgotten) await forgetBackup(doing, id, { reason: 'x', by: 'siti', graceMs: 0, evenLast: false });
  const then = { ...doing, now: new Date(BEGIN - 8 * DAY_MS) };
  const { code } = await askErasure(then, { client: ERASED, reason: 'the contract has ended', by: 'user siti' });
  await confirmErasure(then, { client: ERASED, code, by: 'user budi' });
  return new Set([...pruned, ...forgotten, ...ids(ERASED)]);
}
