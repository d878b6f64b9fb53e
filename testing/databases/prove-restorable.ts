import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import AdmZip from 'adm-zip';
import { parseReprDigest } from '../../protocol/digest.ts';
import type { DatabaseList } from '../../protocol/responses.ts';
import type { MariaDb } from './mariadb.ts';

export interface Proof {
  readonly id: number;
  readonly database: string;
  readonly tables: number;
  readonly rows: number;
}

export interface Proving {
  /** Where the source is, and where the backup is restored to beside it. */
  readonly mariadb: MariaDb;
  readonly service: string;
  readonly backup: DatabaseList['data'][number];
  /** For the zip, while it is checked. */
  readonly folder: string;
}

/**
 * Fetches a backup from the service as a restore would, and shows that it is good: digest, zip, end marker, and its
 * restore into an empty database in which every table has the rows of the source.
 * @throws Error saying what is wrong with the backup
 */
export async function proveRestorable({ mariadb, service, backup, folder }: Proving): Promise<Proof> {
  const { database_name: database, latest_backup } = backup;
  const { id, file_name: fileName } = latest_backup;
  const sql = readEntry(await fetchZip(`${service}/${id}/download`), fileName);
  const restored = `restored_${id}`;
  await mariadb.sql(`create database \`${restored}\``);
  try {
    await load(mariadb, restored, join(folder, `${restored}.sql`), sql);
    const expected = await fingerprint(mariadb, database);
    const found = await fingerprint(mariadb, restored);
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`what was restored of ${database} differs: ${JSON.stringify({ expected, found })}`);
    return {
      id,
      database,
      tables: expected.tables.length,
      rows: expected.tables.reduce((sum, { rows }) => sum + rows, 0),
    };
  } finally {
    await mariadb.sql(`drop database \`${restored}\``);
  }
}

async function fetchZip(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  const zip = Buffer.from(await answer.arrayBuffer());
  const told = parseReprDigest(answer.headers.get('repr-digest') ?? '');
  const digest = createHash('sha256').update(zip).digest();
  if (!answer.ok || !told?.equals(digest))
    throw new Error(`${url} answered ${answer.status} with other bytes than it tells`);
  return zip;
}

function readEntry(zip: Buffer, fileName: string): Buffer {
  const entries = new AdmZip(zip).getEntries();
  const name = fileName.replace(/\.zip$/, '');
  if (entries.length !== 1 || entries[0]!.entryName !== name)
    throw new Error(`${fileName} does not hold ${name} alone`);
  const sql = entries[0]!.getData();
  if (!/\n-- Dump completed[^\n]*\n$/.test(sql.subarray(-200).toString('latin1')))
    throw new Error(`${name} is cut off`);
  return sql;
}

async function load(
  { host, port, user, password }: MariaDb,
  database: string,
  path: string,
  sql: Buffer,
): Promise<void> {
  await writeFile(path, sql, { mode: 0o600 });
  await using file = await open(path);
  // As docs/how-to/restore-a-database.md says.
  const lenient = '--init-command=SET check_constraint_checks = 0, innodb_strict_mode = 0';
  const options = [
    '--no-defaults',
    '--binary-mode',
    '--comments',
    lenient,
    `--host=${host}`,
    `--port=${port}`,
    `--user=${user}`,
    database,
  ];
  // By stdin, as an administrator would: after an error in a file that it is told to `source` the client exits with 0.
  const client = spawn('mariadb', options, {
    stdio: [file.fd, 'ignore', 'pipe'],
    env: { ...process.env, MYSQL_PWD: password },
  });
  const [said, [code]] = await Promise.all([text(client.stderr!), once(client, 'close')]);
  if (code !== 0) throw new Error(`the dump of ${database} does not load: ${said}`);
}

/** What has to be the same in a database and its restore. */
async function fingerprint(mariadb: MariaDb, database: string) {
  const named = async (what: string, name: string, schema: string) =>
    (
      await mariadb.sql(
        `select ${name} as name from information_schema.${what} where ${schema} = '${database}' order by 1`,
      )
    ).map(row => row.name as string);
  const tables = [];
  for (const row of await mariadb.sql(
    `select table_name as name from information_schema.tables where table_schema = '${database}' and table_type = 'BASE TABLE' order by 1`,
  )) {
    const [counted] = await mariadb.sql(`select count(*) as n from \`${row.name}\``, database);
    const [summed] = await mariadb.sql(`checksum table \`${row.name}\``, database);
    tables.push({ name: row.name as string, rows: Number(counted!.n), checksum: String(summed!.Checksum) });
  }
  return {
    tables,
    views: await named('views', 'table_name', 'table_schema'),
    triggers: await named('triggers', 'trigger_name', 'trigger_schema'),
    routines: await named('routines', 'routine_name', 'routine_schema'),
    events: await named('events', 'event_name', 'event_schema'),
  };
}
