import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Contestant, Sample } from '../case.ts';
import { dumpOf, mysqldumpInto, zipOf } from '../material.ts';
import { backUp } from '../measuring/run-sade.ts';
import { curlUpload, runAtOnce, runInSequence } from '../measuring/shell.ts';
import type { Scene, ServiceStand } from '../scene.ts';
import { OURS, PARTS } from './backup-names.ts';
import { dumpDigest, zippedDumpDigest } from './contents.ts';
import { freshZip } from './fresh-zip.ts';

const SCRIPT = join(import.meta.dirname, '../peers/backup-script.sh');
const WORK_ALONE = join(import.meta.dirname, '../contestants/work-alone.ts');

/** Whole backups of some databases into a service that checks what it gets: ours, the usual script, and the parts. */
export class BackupContestants {
  readonly #scene: Scene;
  readonly #databases: readonly string[];
  readonly #stand: ServiceStand;
  readonly #seen = new Set<string>();

  constructor(scene: Scene, databases: readonly string[], stand: ServiceStand) {
    this.#scene = scene;
    this.#databases = databases;
    this.#stand = stand;
  }

  ours(name = OURS, more: readonly string[] = []): Contestant {
    return this.#contestant(name, 'ours', () => backUp(this.#scene, this.#stand, this.#databases, more));
  }

  /** Dumps, and does nothing with them. */
  dumpsAlone(name: string, { atOnce }: { atOnce: number }): Contestant {
    return {
      name,
      role: 'peer',
      run: async () => {
        const folder = await this.#scene.emptyFolder('dumps');
        const commands = await Promise.all(
          this.#databases.map(name => mysqldumpInto(this.#scene, name, join(folder, `${name}.sql`))),
        );
        return this.#measured(runAtOnce(commands, atOnce));
      },
      check: async () => undefined,
    };
  }

  script(name: string, { atOnce }: { atOnce: number }): Contestant {
    return this.#contestant(name, 'peer', async () => {
      const { host, port } = await this.#scene.mariadb();
      const work = await this.#scene.emptyFolder('script');
      const fixed = [host, String(port), await this.#scene.optionFile(), work, this.#stand.service.url];
      const each = ['sh', SCRIPT, ...fixed];
      const all = ['sh', '-c', 'printf "%s\\n" $1 | { shift; xargs -P"$@"; }', 'sh', this.#databases.join(' ')];
      return this.#measured([...all, String(atOnce), '-n1', ...each]);
    });
  }

  /** The work that any program must do, one part at a time: the floor is the sum of their CPU seconds. */
  pieces(): Contestant[] {
    return [
      this.#piece(PARTS[0], 'dump', async () => {
        const folder = await this.#scene.emptyFolder('piece');
        const commands = await Promise.all(
          this.#databases.map(name => mysqldumpInto(this.#scene, name, join(folder, `${name}.sql`))),
        );
        return runInSequence(commands);
      }),
      this.#piece(PARTS[1], 'work', async () => [process.execPath, WORK_ALONE, 'deflate', ...(await this.#dumps())]),
      this.#piece(PARTS[2], 'work', async () => [
        process.execPath,
        WORK_ALONE,
        'digests',
        ...(await this.#dumps()),
        ...(await this.#zips()),
      ]),
      this.#upload(),
    ];
  }

  #contestant(name: string, role: Contestant['role'], run: () => Promise<Sample>): Contestant {
    return { name, role, run, check: () => this.#checkStored() };
  }

  #piece(name: string, kind: 'dump' | 'work', command: () => Promise<readonly string[]>): Contestant {
    return {
      name,
      role: 'piece',
      run: async () => {
        const servers = kind === 'dump' ? [await this.#scene.mariadbMeter()] : [];
        const options = { servers, tellsItself: kind === 'work' };
        return (await this.#scene.measure(await command(), options)).sample;
      },
      check: async () => undefined,
    };
  }

  #upload(): Contestant {
    let commands: string[][] = [];
    return {
      name: PARTS[3],
      role: 'piece',
      prepare: async () => {
        const folder = await this.#scene.emptyFolder('piece');
        commands = [];
        for (const [at, zip] of (await this.#zips()).entries()) {
          const database = this.#databases[at]!;
          const copy = await freshZip(zip, { database, folder });
          commands.push(curlUpload(copy, `${this.#stand.service.url}/${database}`));
        }
      },
      run: async () => (await this.#scene.measure(runInSequence(commands), { servers: [this.#stand.meter] })).sample,
      check: () => this.#checkStored(),
    };
  }

  async #measured(command: readonly string[]): Promise<Sample> {
    const servers = [await this.#scene.mariadbMeter(), this.#stand.meter];
    return (await this.#scene.measure(command, { servers })).sample;
  }

  async #dumps(): Promise<string[]> {
    const dumps: string[] = [];
    for (const database of this.#databases) dumps.push(await dumpOf(this.#scene, database));
    return dumps;
  }

  async #zips(): Promise<string[]> {
    const zips: string[] = [];
    for (const dump of await this.#dumps()) zips.push(await zipOf(this.#scene, dump));
    return zips;
  }

  /**
   * Each database must have got one new zip, and what that holds must be what mysqldump writes of the database.
   * @returns bytes of the zips
   */
  async #checkStored(): Promise<number> {
    let bytes = 0;
    for (const database of this.#databases) {
      const zip = await newZip(join(this.#stand.storage, database), this.#seen);
      if ((await zippedDumpDigest(zip)) !== (await this.#wanted(database)))
        throw new Error(`${zip} is not what mysqldump writes of ${database}`);
      bytes += (await stat(zip)).size;
      await rm(zip);
      await rm(`${zip}.json`, { force: true });
    }
    return bytes;
  }

  #wanted(database: string): Promise<string> {
    return this.#scene.once(`digest of ${database}`, async () => dumpDigest(await dumpOf(this.#scene, database)));
  }
}

async function newZip(folder: string, seen: Set<string>): Promise<string> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.zip') && !seen.has(name));
  for (const name of names) seen.add(name);
  if (names.length !== 1) throw new Error(`${folder} has got ${names.length} new zips, not one`);
  return join(folder, names[0]!);
}
