import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistory } from '../../server/history/orm.ts';
import { type MariaDb, sharedMariaDb } from '../databases/mariadb.ts';

export interface HistoryStore {
  readonly name: string;
  /**
   * Makes a store that has all tables and no rows: a copy of one that the service has made, which takes a fifth of the time.
   * @param folder for its file, if it is one
   */
  url(folder: string): Promise<string>;
  /** Makes a store without tables, as a first start of the service finds it. */
  emptyUrl(folder: string): Promise<string>;
}

/** The kinds of history store on which the service is tested. */
export const HISTORY_STORES: readonly HistoryStore[] = [
  {
    name: 'SQLite',
    async url(folder) {
      sqliteTemplate ??= makeSqliteTemplate();
      await writeFile(join(folder, 'history.sqlite'), await sqliteTemplate, { mode: 0o600 });
      return sqliteIn(folder);
    },
    emptyUrl: async folder => sqliteIn(folder),
  },
  {
    name: 'MariaDB',
    async url() {
      const mariadb = await sharedMariaDb();
      mariaDbTemplate ??= makeMariaDbTemplate(mariadb);
      return createDatabase(mariadb, await mariaDbTemplate);
    },
    emptyUrl: async () => createDatabase(await sharedMariaDb(), ''),
  },
];

let sqliteTemplate: Promise<Buffer> | undefined;
let mariaDbTemplate: Promise<string> | undefined;

function sqliteIn(folder: string): string {
  return `sqlite:${folder}/history.sqlite`;
}

/** @returns the bytes of the file */
async function makeSqliteTemplate(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-template-'));
  try {
    await (await openHistory(sqliteIn(folder))).close(true);
    return readFileSync(join(folder, 'history.sqlite'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param tables statements that make them @returns the URL of a new database with these tables */
async function createDatabase(mariadb: MariaDb, tables: string): Promise<string> {
  const database = `history_${randomUUID().replaceAll('-', '')}`;
  await mariadb.sql(`create database ${database}; use ${database}; ${tables}`);
  return mariadb.url(database);
}

/** @returns statements that make the tables, and the rows that list the migrations */
async function makeMariaDbTemplate(mariadb: MariaDb): Promise<string> {
  const url = await createDatabase(mariadb, '');
  await (await openHistory(url)).close(true);
  const database = new URL(url).pathname.slice(1);
  const tables = await mariadb.sql(
    `select table_name as name from information_schema.tables where table_schema = '${database}' and table_type = 'BASE TABLE'`,
  );
  const definitions: string[] = [];
  for (const { name } of tables) {
    const [row] = await mariadb.sql(`show create table \`${database}\`.\`${name}\``);
    definitions.push(row!['Create Table'] as string);
  }
  const migrations = `insert into mikro_orm_migrations select * from ${database}.mikro_orm_migrations`;
  return ['set foreign_key_checks = 0', ...definitions, migrations].join(';\n');
}
