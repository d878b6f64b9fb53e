import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DumpPlan } from '../../cli/dump/plan-dump.ts';
import { runPreflight } from '../../cli/preflight/preflight.ts';
import type { Finding } from '../../protocol/finding.ts';
import { dumpDatabase } from './dump-database.ts';
import { PASSWORD, type SourceServer } from './source-server.ts';

export interface RoundTrip {
  readonly findings: readonly Finding[];
  /** What the client said when it did not load. */
  readonly error: string | undefined;
  /** The tables that are not the same, by CHECKSUM TABLE. */
  readonly altered: readonly string[];
}

/**
 * Backs a database up as `sade` does, loads the dump with the server's own client as docs/how-to/restore-a-database.md says, into another
 * database, which is dropped in the end, and compares the two.
 * @param options.edit what to do with the dump on its way to the client, as bytes
 * @param options.more options of the client
 */
export async function roundTrip(
  server: SourceServer,
  database: string,
  options: {
    readonly folder: string;
    readonly dumpOptions?: readonly string[];
    readonly more?: readonly string[];
    readonly edit?: (dump: string) => string;
  },
): Promise<RoundTrip & Pick<DumpPlan, 'report'>> {
  const { folder, dumpOptions = [], more = [], edit } = options;
  const path = join(folder, 'round-trip.sql');
  const copy = `${database}_copy`;
  try {
    const { findings, report } = await dumpDatabase(server.source(database, { dumpOptions }), path, {
      clients: { all: [server.client], for: () => server.client },
      preflight: runPreflight,
      signal: new AbortController().signal,
    });
    await server.sql(`drop database if exists ${copy}; create database ${copy}`);
    const error = await load(server, copy, path, more, edit);
    return { findings, report, error, altered: await altered(server, database, copy) };
  } finally {
    await server.sql(`drop database if exists ${copy}`);
    await rm(path, { force: true });
  }
}

/** Loads a dump as docs/how-to/restore-a-database.md says. @returns what the client said when it did not load */
export async function load(
  { client, port }: SourceServer,
  database: string,
  path: string,
  more: readonly string[],
  edit: ((dump: string) => string) | undefined,
): Promise<string | undefined> {
  const isMaria = client.flavour === 'mariadb';
  const lenient = isMaria ? 'check_constraint_checks = 0, innodb_strict_mode = 0' : 'innodb_strict_mode = 0';
  const init = more.some(option => option.startsWith('--init-command')) ? [] : [`--init-command=SET ${lenient}`];
  const program = isMaria ? 'mariadb' : join(dirname(client.path), 'mysql');
  const options = [
    '--no-defaults',
    '--binary-mode',
    '--comments',
    '--host=127.0.0.1',
    `--port=${port}`,
    '--user=lumbung',
    ...init,
    ...more,
  ];
  await using file = await open(path);
  const child = spawn(program, [...options, database], {
    stdio: [edit ? 'pipe' : file.fd, 'ignore', 'pipe'],
    env: { ...process.env, MYSQL_PWD: PASSWORD },
  });
  if (edit) child.stdin!.end(Buffer.from(edit((await file.readFile()).toString('latin1')), 'latin1'));
  const [said, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  return code === 0 ? undefined : said.slice(-2000);
}

async function altered(server: SourceServer, database: string, copy: string): Promise<string[]> {
  const tables = (await server.sql(
    `select table_name as name from information_schema.tables where table_schema = '${database}' and table_type <> 'VIEW' order by 1`,
  )) as { name: string }[];
  const different: string[] = [];
  for (const { name } of tables) {
    const [there, here] = [await print(server, database, name), await print(server, copy, name)];
    if (there !== here) different.push(name);
  }
  return different;
}

/** CHECKSUM TABLE sees the bits of numbers and of ENUM; but it is a sum, in which two changes may cancel each other out. */
async function print(server: SourceServer, database: string, table: string): Promise<string> {
  const quoted = (text: string) => `\`${text.replaceAll('`', '``')}\``;
  const [sum] = (await server.sql(`checksum table ${database}.${quoted(table)}`)) as { Checksum: unknown }[];
  const columns = (await server.sql(
    `select column_name as name from information_schema.columns where table_schema = '${database}' and table_name = '${table}' order by ordinal_position`,
  )) as { name: string }[];
  if (columns.length === 0) return 'gone';
  const row = `concat_ws(',', ${columns.map(({ name }) => `ifnull(hex(${quoted(name)}), 'NULL')`)})`;
  const [digest] = (await server.sql(
    `select sum(cast(conv(left(sha2(${row}, 256), 12), 16, 10) as unsigned)) as digest from ${database}.${quoted(table)}`,
  )) as { digest: unknown }[];
  return `${sum!.Checksum} ${digest!.digest}`;
}
