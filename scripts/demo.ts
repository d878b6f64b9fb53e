// The whole path on this machine: three client databases, the real service, the real `sade backup`, one backup fetched,
// checked and restored, and one that is incomplete because a right is missing. `npm run demo` keeps serving until Ctrl-C; `npm run demo -- --once` ends by itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseList } from '../protocol/responses.ts';
import { BACKUP_USER, CLIENTS, createClients, entryOf } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { proveRestorable } from '../testing/databases/prove-restorable.ts';
import { startService } from '../testing/service/service.ts';

const staysOpen = !process.argv.includes('--once');
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort(signal));

try {
  await demonstrate(interruption.signal);
  if (interruption.signal.aborted && !staysOpen) process.exitCode = 1;
} catch (error) {
  const why = interruption.signal.aborted ? `interrupted by ${interruption.signal.reason}` : error;
  console.error(`\nThe demo failed: ${why instanceof Error ? why.message : why}`);
  process.exitCode = 1;
}

async function demonstrate(signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-demo-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };

  say('Starting a throwaway MariaDB and filling three client databases');
  await using mariadb = await startMariaDb();
  await createClients(mariadb);
  signal.throwIfAborted();

  say('Starting the service, with its history in SQLite');
  await using service = await startService({
    STORAGE_DIR: join(folder, 'backups'),
    DATABASE_URL: `sqlite:${folder}/history.sqlite`,
  });
  say(`It listens on ${service.url}`);

  await backUp(mariadb, service.url, folder);
  signal.throwIfAborted();

  const databases = await list(service.url);
  const proof = await proveRestorable({ mariadb, service: service.url, backup: databases[0]!, folder });
  say(
    `Fetched backup ${proof.id} of ${proof.database}: SHA-256 as the service tells, zip readable, restored into an empty`,
  );
  say(`database: ${proof.tables} tables with ${proof.rows} rows, each as in the source.`);

  await showWorth(service.url, databases[0]!);
  await missWhatIsMissing(mariadb, service.url, folder);

  if (staysOpen) await serve(service.url, databases[0]!, signal);
}

async function showWorth(url: string, { latest_backup: { id } }: DatabaseList['data'][number]): Promise<void> {
  console.log();
  await sade(['show', String(id), '--server', url]);
}

/** What no other tool notices: mysqldump is content, and the triggers are not in the dump. */
async function missWhatIsMissing(mariadb: MariaDb, url: string, folder: string): Promise<void> {
  console.log();
  say('Now the right to see triggers is taken from the user that makes the backups: mysqldump says nothing of it');
  await mariadb.sql(`revoke trigger on \`pt\\_xyz\`.* from ${BACKUP_USER.user}@'127.0.0.1'`);
  await sade(['backup', '--only', 'pt_xyz', ...optionsFor(url, folder)], 1);
  await mariadb.sql(`grant trigger on \`pt\\_xyz\`.* to ${BACKUP_USER.user}@'127.0.0.1'`);
}

async function backUp(mariadb: MariaDb, url: string, folder: string): Promise<void> {
  const config = join(folder, 'databases.json');
  await writeFile(
    config,
    JSON.stringify(
      CLIENTS.map(client => entryOf(mariadb, client)),
      null,
      2,
    ),
    { mode: 0o600 },
  );
  await sade(['backup', ...optionsFor(url, folder)]);
}

function optionsFor(url: string, folder: string): string[] {
  return ['--config', join(folder, 'databases.json'), '--server', url, '--work-dir', join(folder, 'work')];
}

async function sade(args: string[], expectedCode = 0): Promise<void> {
  say(`sade ${args.join(' ')}\n`);
  const child = spawn(join(import.meta.dirname, '../node_modules/.bin/sade'), args, { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== expectedCode) throw new Error(`sade ${args[0]} ended with exit code ${code}`);
}

async function list(url: string): Promise<DatabaseList['data']> {
  console.log();
  say(`curl ${url}/\n`);
  const answer = (await (await fetch(url)).json()) as DatabaseList;
  console.log(`${JSON.stringify(answer, null, 2)}\n`);
  const listed = answer.data.map(database => database.database_name).sort();
  if (listed.join() !== [...CLIENTS].sort().join()) throw new Error(`the service lists ${listed.join(', ')}`);
  return answer.data;
}

async function serve(
  url: string,
  { database_name, latest_backup }: DatabaseList['data'][number],
  signal: AbortSignal,
): Promise<void> {
  console.log(`
Look around:
  ${url}/                      the databases, each with its latest backup
  ${url}/${database_name}                the history of one
  ${url}/${latest_backup.id}/download            one zip
  ${url}/graphql               GraphQL, with its playground
  ${url}/-/ready               is the service ready?

Ctrl-C ends all of it and leaves nothing behind.`);
  if (!signal.aborted) await once(signal, 'abort');
}

function say(what: string): void {
  console.log(`— ${what}`);
}
