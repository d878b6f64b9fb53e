import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { grantBackup } from '../../testing/databases/clients.ts';
import type { BenchCase, Contestant, Match } from '../case.ts';
import { isInstalled } from '../installed.ts';
import { dumpOf, zipOf } from '../material.ts';
import type { Results } from '../results/results.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';

const CORES = availableParallelism();
const SOURCE = 'restored';
const TARGET = 'restore_target';
const TABLES = ['customers', 'orders', 'visits'];
const OURS = `the loader of sade, ${CORES} connections`;
const IN_ORDER = 'the loader of sade, one connection';
const PIPE = 'unzip -p | mariadb';
const MYLOADER = `myloader --threads ${CORES}`;
const LOADER = join(import.meta.dirname, '../contestants/load-once.ts');

/** A bad night: how long until the rows are back? */
export default {
  name: 'restore',
  title: ({ sizes }) => `load a dump of ${inMib(sizes.restore)} from its zip, with secondary keys and foreign keys`,
  prepare,
} satisfies BenchCase;

async function prepare(scene: Scene): Promise<Match> {
  await scene.once('keys of the database to restore', () => createSource(scene));
  const zip = await zipOf(scene, await dumpOf(scene, SOURCE));
  const peer = (await isInstalled('mydumper')) && (await isInstalled('myloader'));
  return {
    contestants: [
      await contestant(scene, OURS, 'ours', await ourCommand(scene, zip, CORES)),
      await contestant(scene, PIPE, 'peer', await pipeCommand(scene, zip)),
      await contestant(scene, IN_ORDER, 'ours', await ourCommand(scene, zip, 1)),
      ...(peer ? [await contestant(scene, MYLOADER, 'peer', await myloaderCommand(scene))] : []),
    ],
    targets,
    notes: [
      'CPU holds mariadbd. All but myloader inflate the zip; that reads the folder of plain files that mydumper wrote of the same database. After each run the checksums of all tables and their definitions are compared with the source, not measured.',
    ],
  };
}

function targets(results: Results) {
  const { peakBytes } = results.of(OURS)!;
  return [
    { what: 'ours / unzip -p | mariadb', value: results.ratio(OURS, PIPE), atMost: 0.55, unit: 'x' },
    { what: 'one connection / unzip -p | mariadb', value: results.ratio(IN_ORDER, PIPE), unit: 'x' },
    { what: 'myloader / unzip -p | mariadb', value: results.ratio(MYLOADER, PIPE), unit: 'x' },
    { what: 'peak memory of the loader', value: peakBytes && peakBytes / 1024 ** 2, atMost: 200, unit: 'MiB' },
  ];
}

const KEYS = `
  alter table customers add key by_email (email), add key by_city (city, name);
  alter table orders add key by_customer (customer_id), add unique key by_moment (ordered_at, id), add key by_reference (reference);
  alter table visits add key by_customer (customer_id, seen_at), add key by_path (path(60)), add key by_session (session);
  set foreign_key_checks = 0;
  alter table orders add constraint orders_customer foreign key (customer_id) references customers (id);
  alter table visits add constraint visits_customer foreign key (customer_id) references customers (id) on delete cascade`;

async function createSource(scene: Scene): Promise<void> {
  const mariadb = await scene.mariadb();
  await scene.database(SOURCE, { bytes: scene.sizes.restore, seed: 11 });
  await mariadb.sql(KEYS, SOURCE);
  await grantBackup(mariadb, SOURCE);
}

async function contestant(
  scene: Scene,
  name: string,
  role: Contestant['role'],
  { command, env }: { command: readonly string[]; env?: Readonly<Record<string, string>> },
): Promise<Contestant> {
  const mariadb = await scene.mariadb();
  return {
    ...{ name, role },
    prepare: async () => {
      await mariadb.sql(`drop database if exists ${TARGET}; create database ${TARGET} character set utf8mb4`);
    },
    run: async () =>
      (await scene.measure(command, { servers: [await scene.mariadbMeter()], ...(env && { env }) })).sample,
    check: async () => {
      for (const table of TABLES) {
        const [wanted, found] = [await stateOf(scene, SOURCE, table), await stateOf(scene, TARGET, table)];
        if (wanted !== found) throw new Error(`${table} is not what was dumped: ${found} instead of ${wanted}`);
      }
      await mariadb.sql(`drop database ${TARGET}`);
      return undefined;
    },
  };
}

async function stateOf(scene: Scene, database: string, table: string): Promise<string> {
  const mariadb = await scene.mariadb();
  const [sum] = await mariadb.sql(`checksum table ${table}`, database);
  const [definition] = await mariadb.sql(`show create table ${table}`, database);
  return `${sum!.Checksum} ${definition!['Create Table']}`;
}

/** Node is started as the script cli/sade does it. */
async function ourCommand(scene: Scene, zip: string, jobs: number) {
  const { host, port, user, password } = await scene.mariadb();
  return {
    command: [
      process.execPath,
      '--max-semi-space-size=1',
      LOADER,
      zip,
      TARGET,
      String(jobs),
      await scene.emptyFolder(`rows-that-wait-${jobs}`),
    ],
    env: { DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password },
  };
}

async function pipeCommand(scene: Scene, zip: string) {
  const mariadb = await scene.mariadb();
  const options = `--defaults-file=${await scene.optionFile(mariadb)}`;
  const client = ['mariadb', options, '--host', mariadb.host, '--port', String(mariadb.port), TARGET];
  return { command: ['sh', '-c', 'zip=$1; shift; unzip -p "$zip" | "$@"', 'sh', zip, ...client] };
}

/** Dumps the database with mydumper once. */
async function myloaderCommand(scene: Scene) {
  const mariadb = await scene.mariadb();
  const folder = await scene.emptyFolder('for-myloader');
  const server = ['--host', mariadb.host, '--port', String(mariadb.port)];
  const login = ['--defaults-file', await scene.optionFile(mariadb)];
  const how = ['--threads', String(CORES), '--verbose', '1'];
  await scene.run([
    'mydumper',
    ...server,
    ...login,
    '--database',
    SOURCE,
    '--outputdir',
    folder,
    '--rows',
    '50000',
    ...how,
  ]);
  return { command: ['myloader', ...server, ...login, '--database', TARGET, '--directory', folder, ...how] };
}
