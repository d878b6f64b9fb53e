import { readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BenchCase, Contestant, Match } from '../case.ts';
import { isInstalled } from '../installed.ts';
import { largeDatabase, mysqldumpInto } from '../material.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';

const CORES = availableParallelism();
const MYSQLDUMP = 'mysqldump, as sade runs it';
const MYDUMPER = `mydumper --threads ${CORES} --rows 50000`;

/** Where a peer is better: a dump by several connections. */
export default {
  name: 'mydumper',
  title: ({ sizes }) => `dump a database of ${inMib(sizes.database)} into files, nothing else`,
  prepare,
} satisfies BenchCase;

async function prepare(scene: Scene): Promise<Match> {
  const database = await largeDatabase(scene);
  const rows = await rowsOf(scene, database);
  const peer = await isInstalled('mydumper');
  return {
    contestants: [await mysqldump(scene, database, rows), ...(peer ? [await mydumper(scene, database, rows)] : [])],
    targets: results => [{ what: 'mysqldump / mydumper', value: results.ratio(MYSQLDUMP, MYDUMPER), unit: 'x' }],
    notes: [
      'mydumper writes a folder of many files, each with rows of one table, and leaves the inventory, the zip and the upload to others; sade cannot take them. It runs as root, since it wants RELOAD for its snapshot.',
    ],
  };
}

async function mysqldump(scene: Scene, database: string, rows: number): Promise<Contestant> {
  const path = join(scene.folder, 'dumped.sql');
  return contestant(scene, {
    name: MYSQLDUMP,
    command: await mysqldumpInto(scene, database, path),
    rows,
    files: async () => [path],
  });
}

async function mydumper(scene: Scene, database: string, rows: number): Promise<Contestant> {
  const mariadb = await scene.mariadb();
  const { host, port } = mariadb;
  const folder = join(scene.folder, 'mydumper');
  const address = ['--host', host, '--port', String(port), '--defaults-file', await scene.optionFile(mariadb)];
  const what = ['--database', database, '--outputdir', folder, '--threads', String(CORES), '--rows', '50000'];
  const command = ['mydumper', ...address, ...what, '--triggers', '--routines', '--events', '--verbose', '1'];
  const files = async () =>
    (await readdir(folder)).filter(name => name.endsWith('.sql')).map(name => join(folder, name));
  return contestant(scene, {
    name: MYDUMPER,
    command,
    rows,
    files,
    prepare: async () => void (await scene.emptyFolder('mydumper')),
  });
}

type Dumper = {
  name: string;
  command: readonly string[];
  rows: number;
  files: () => Promise<string[]>;
  prepare?: () => Promise<void>;
};

function contestant(scene: Scene, { name, command, rows, files, prepare }: Dumper): Contestant {
  return {
    name,
    role: name === MYSQLDUMP ? 'ours' : 'peer',
    ...(prepare && { prepare }),
    run: async () => (await scene.measure(command, { servers: [await scene.mariadbMeter()] })).sample,
    check: async () => {
      const paths = await files();
      const found = await rowsIn(scene, paths);
      if (found !== rows) throw new Error(`it holds ${found} rows, and the database has ${rows}`);
      const sizes = await Promise.all(paths.map(async path => (await stat(path)).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
  };
}

/** Both begin a line with each row. */
async function rowsIn(scene: Scene, paths: readonly string[]): Promise<number> {
  return Number(await scene.run(['sh', '-c', `cat "$@" | grep -acE '^,?[(][0-9]'`, 'sh', ...paths]));
}

async function rowsOf(scene: Scene, database: string): Promise<number> {
  const mariadb = await scene.mariadb();
  const counts = ['customers', 'orders', 'visits'].map(table => `(select count(*) from \`${table}\`)`);
  const [row] = await mariadb.sql(`select ${counts.join(' + ')} as n`, database);
  return Number(row!.n);
}
