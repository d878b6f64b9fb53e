import { join } from 'node:path';
import process from 'node:process';
import { dumpArguments } from '../cli/dump/dump-arguments.ts';
import { DEFAULT_LEVEL } from '../cli/zip/level.ts';
import { entryNameOf } from '../protocol/backup-name.ts';
import { BACKUP_USER } from '../testing/databases/clients.ts';
import { freshZipName } from './backups/fresh-zip.ts';
import type { Sizes } from './results/sizes.ts';
import { dumpProgram } from './rows/dump-program.ts';
import type { Scene } from './scene.ts';

const LARGE = 'large';
const CONTESTANTS = join(import.meta.dirname, 'contestants');

/** @returns name of the one large database */
export function largeDatabase(scene: Scene): Promise<string> {
  return scene.database(LARGE, { bytes: scene.sizes.database, seed: 1 });
}

/** @returns names of databases of generated rows, each with rows of its own */
export async function manyDatabases(scene: Scene, name: string, { count, bytes }: Sizes['many']): Promise<string[]> {
  const names: string[] = [];
  for (let i = 1; i <= count; i += 1)
    names.push(await scene.database(`${name}_${String(i).padStart(2, '0')}`, { bytes, seed: 100 * i }));
  return names;
}

/** @returns path of a dump of that database, made by mysqldump */
export function dumpOf(scene: Scene, database: string): Promise<string> {
  return scene.once(`dump of ${database}`, async () => {
    const path = join(scene.folder, entryNameOf(freshZipName(database)));
    await scene.run(await mysqldumpInto(scene, database, path));
    return path;
  });
}

/** @returns the command that dumps a database with just the options that sade gives mysqldump */
export async function mysqldumpInto(scene: Scene, database: string, path: string): Promise<string[]> {
  return [
    'sh',
    '-c',
    'to=$1; shift; exec mariadb-dump "$@" > "$to"',
    'sh',
    path,
    ...(await dumpOptions(scene, database)),
  ];
}

async function dumpOptions(scene: Scene, database: string): Promise<string[]> {
  const { host, port } = await scene.mariadb();
  const { user, password } = BACKUP_USER;
  const source = { label: database, database, host, port, user, password, dumpOptions: [], shrinkLimitPercent: 0 };
  const client = { flavour: 'mariadb', path: 'mariadb-dump', version: '', knows: () => false } as const;
  const [, ...options] = dumpArguments(source, client); // the first is the option file's descriptor
  return [`--defaults-file=${await scene.optionFile()}`, ...options];
}

/** @returns path of a zip of that dump, made by our zip stage */
export function zipOf(scene: Scene, dump: string): Promise<string> {
  return scene.once(`zip of ${dump}`, async () => {
    await scene.run([process.execPath, join(CONTESTANTS, 'zip-once.ts'), dump, `${dump}.zip`, String(DEFAULT_LEVEL)]);
    return `${dump}.zip`;
  });
}

/** @returns path of a zip of a dump that never was in a database */
export function generatedZip(scene: Scene, { database, bytes }: { database: string; bytes: number }): Promise<string> {
  return scene.once(`generated zip ${database}`, async () => {
    const dump = join(scene.folder, entryNameOf(freshZipName(database)));
    const program = await dumpProgram(join(scene.folder, `rows-${database}`), { bytes, seed: 7 });
    await scene.run(['sh', '-c', '"$1" > "$2"', 'sh', program, dump]);
    return zipOf(scene, dump);
  });
}
