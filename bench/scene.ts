import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { formatOptionFile } from '../cli/client-programs/option-file.ts';
import { BACKUP_USER, createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { type Service, startService } from '../testing/service/service.ts';
import { type MeasureOptions, measure } from './measuring/measure.ts';
import { ServerMeter } from './measuring/server-meter.ts';
import { findNginx, type Nginx, startNginx } from './peers/nginx.ts';
import type { Sizes } from './results/sizes.ts';
import { type Loading, loadDatabase } from './rows/load.ts';

/** A running service, with what one must know of it to measure and check. */
export interface ServiceStand extends AsyncDisposable {
  readonly service: Service;
  /** Where it keeps what it receives. */
  readonly storage: string;
  readonly meter: ServerMeter;
}

/** Enough that the large database is dumped from memory. */
const SERVER_OPTIONS = [
  '--innodb-buffer-pool-size=3G',
  '--innodb-log-file-size=512M',
  '--innodb-doublewrite=0',
  '--innodb-buffer-pool-load-at-startup=0',
  '--innodb-buffer-pool-dump-at-shutdown=0',
];

/**
 * What the cases share: a private folder, and servers in it that are started when the first case asks for them. All of
 * it is gone when the scene is disposed, servers first.
 */
export class Scene implements AsyncDisposable {
  readonly folder: string;
  readonly sizes: Sizes;
  readonly signal: AbortSignal;
  readonly #made = new Map<string, Promise<unknown>>();

  private constructor(folder: string, sizes: Sizes, signal: AbortSignal) {
    this.folder = folder;
    this.sizes = sizes;
    this.signal = signal;
  }

  static async create(sizes: Sizes, signal: AbortSignal): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-bench-'));
    process.env.TMPDIR = folder; // where the servers that the tests share with us put theirs
    return new Scene(folder, sizes, signal);
  }

  /** @returns an empty folder of the scene's */
  async emptyFolder(name: string): Promise<string> {
    const path = join(this.folder, name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /** Runs and measures a command; see `measure`. */
  measure(command: readonly string[], options: Partial<MeasureOptions> = {}): ReturnType<typeof measure> {
    return measure(command, { folder: this.folder, signal: this.signal, ...options });
  }

  /** Runs a command whose time does not count. @returns what it printed */
  async run(command: readonly string[], options: Partial<MeasureOptions> = {}): Promise<string> {
    return (await this.measure(command, options)).stdout;
  }

  /** Brings the disk to rest, so that no one pays for what another has written. */
  async settle(): Promise<void> {
    await this.run(['sync', '-f', this.folder]);
  }

  mariadb(): Promise<MariaDb> {
    return this.once('mariadb', async () => {
      const mariadb = await startMariaDb(SERVER_OPTIONS);
      await createBackupUser(mariadb);
      return mariadb;
    });
  }

  async mariadbMeter(): Promise<ServerMeter> {
    const { socket } = await this.mariadb();
    await using file = await open(socket.replace(/\.sock$/, '.pid'));
    return new ServerMeter([Number(await file.readFile('utf8'))], { isOurs: false });
  }

  /** A database of generated rows, which the backup user may dump. @returns its name */
  database(name: string, rows: Pick<Loading, 'bytes' | 'seed' | 'tables'>): Promise<string> {
    return this.once(`database ${name}`, async () => {
      const mariadb = await this.mariadb();
      await loadDatabase(mariadb, { ...rows, database: name, signal: this.signal });
      await grantBackup(mariadb, name);
      return name;
    });
  }

  /** @returns path of a databases.json that lists them */
  async databasesJson(names: readonly string[]): Promise<string> {
    const mariadb = await this.mariadb();
    const path = join(this.folder, `${names[0]}-${names.length}.json`);
    await writeFile(path, JSON.stringify(names.map(name => entryOf(mariadb, name))), { mode: 0o600 });
    return path;
  }

  /** @returns path of an option file with a user's name and password, by default those of the user that makes the backups */
  optionFile({ user, password }: { user: string; password: string } = BACKUP_USER): Promise<string> {
    return this.once(`option file of ${user}`, async () => {
      const path = join(this.folder, `${user}.cnf`);
      await writeFile(path, `${formatOptionFile(password)}user=${user}\n`, { mode: 0o600 });
      return path;
    });
  }

  /** The real service, its history in SQLite. */
  service({ verifies }: { verifies: boolean }): Promise<ServiceStand> {
    const name = verifies ? 'service' : 'unverifying-service';
    return this.once(name, async () => {
      const folder = await this.emptyFolder(name);
      const storage = join(folder, 'backups');
      const service = await startService({
        STORAGE_DIR: storage,
        DATABASE_URL: `sqlite:${folder}/history.sqlite`,
        VERIFY_UPLOADS: verifies ? 'on' : 'off',
      });
      const meter = new ServerMeter([service.pid], { isOurs: true });
      return { service, storage, meter, [Symbol.asyncDispose]: async () => void (await service.stop()) };
    });
  }

  /** @returns undefined where nginx is not there */
  nginx(): Promise<Nginx | undefined> {
    return this.once('nginx', async () => {
      const program = await findNginx();
      return program === undefined ? undefined : startNginx(program, await this.emptyFolder('nginx'));
    });
  }

  /** Makes something the first time that it is asked for; what can be disposed is, at the end. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const made = (this.#made.get(name) as Promise<T> | undefined) ?? make();
    this.#made.set(name, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of [...this.#made.values()].reverse()) {
      const thing = (await made.catch(() => undefined)) as Partial<AsyncDisposable> | undefined;
      await thing?.[Symbol.asyncDispose]?.();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
