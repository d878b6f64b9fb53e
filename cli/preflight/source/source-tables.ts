import type { Row, Session } from '../../mysql/connect.ts';
import { rowsOf, type Where } from './information-schema.ts';
import { areRowsElsewhere } from './rows-elsewhere.ts';

/** What matters of the tables of a database, beside their columns. */
export interface SourceTables {
  /** Tables whose engine has no transactions, with it. */
  readonly notTransactional: readonly TableOfEngine[];
  /** Tables whose rows lie elsewhere, with their engine: mysqldump dumps only what they are. */
  readonly definitionOnly: readonly TableOfEngine[];
  /** MariaDB's tables that keep their former rows. */
  readonly versioned: readonly VersionedTable[];
  readonly fingerprint: TableFingerprint;
  /** Tables whose definition may hold what is of this server alone. */
  readonly placed: readonly string[];
  /** data_length of each table, in bytes. */
  readonly bytesOf: ReadonlyMap<string, number>;
  /** Of all of them. */
  readonly bytes: number;
}

/** By the name of a table, what tells it from another of the same name: when it was made, and its engine. */
export type TableFingerprint = ReadonlyMap<string, string>;

export interface TableOfEngine {
  readonly table: string;
  readonly engine: string;
}

/** A table that keeps its former rows. */
export interface VersionedTable {
  readonly table: string;
  /** Its rows have numbers of transactions instead of times: mysqldump fails where it is to dump the history of such a table. */
  readonly isByTransaction: boolean;
}

/** A table, view or sequence, as information_schema.tables shows it. */
export interface ListedTable extends MadeTable {
  readonly type: string;
  readonly bytes: number;
  readonly options: string | undefined;
}

/** What goes into a fingerprint. */
interface MadeTable {
  readonly name: string;
  /** Views have none. */
  readonly engine: string | undefined;
  readonly madeAt: string | undefined;
}

/** Asks for the fingerprint alone. */
export async function askTableFingerprint(session: Session, where: Where): Promise<TableFingerprint> {
  const rows = await rowsOf(session, where, FINGERPRINT);
  return fingerprintOf(rows.map(([name, engine, madeAt]) => madeTable(name, engine, madeAt)));
}

/** @returns all tables, views and sequences */
export async function askTables(session: Session, where: Where): Promise<ListedTable[]> {
  return (await rowsOf(session, where, TABLES)).map(([name, type, engine, bytes, madeAt, options]) => ({
    ...madeTable(name, engine, madeAt),
    ...{ type: String(type), bytes: Number(bytes ?? 0), options: textOf(options) },
  }));
}

/** @param tables as askTables returns them */
export async function describeTables(
  session: Session,
  where: Where,
  tables: readonly ListedTable[],
  flavour: 'mysql' | 'mariadb',
): Promise<SourceTables> {
  const isElsewhere = ({ engine }: ListedTable) => areRowsElsewhere(engine);
  return {
    notTransactional: await withoutTransactions(
      session,
      tables.filter(table => !isElsewhere(table)),
    ),
    definitionOnly: tables.filter(isElsewhere).flatMap(tableOfEngine),
    versioned: await versionedTables(session, where, tables),
    fingerprint: fingerprintOf(tables),
    placed: tables.filter(table => mayBePlaced(table, flavour)).map(({ name }) => name),
    bytesOf: new Map(tables.map(({ name, bytes }) => [name, bytes])),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const TABLES = [
  'table_schema',
  'table_name, table_type, engine, data_length, create_time, create_options',
  'tables',
] as const;
const FINGERPRINT = ['table_schema', 'table_name, engine, create_time', 'tables'] as const;
const ROW_STARTS = ['table_schema', 'table_name, data_type, generation_expression', 'columns'] as const;

type Value = Row[number] | undefined;

function madeTable(name: Value, engine: Value, madeAt: Value): MadeTable {
  return { name: String(name), engine: textOf(engine), madeAt: textOf(madeAt) };
}

function textOf(value: Value): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function fingerprintOf(tables: readonly MadeTable[]): TableFingerprint {
  return new Map(tables.map(({ name, engine, madeAt }) => [name, `${engine} ${madeAt}`]));
}

function tableOfEngine({ name, engine }: ListedTable): TableOfEngine[] {
  return engine === undefined ? [] : [{ table: name, engine }];
}

async function withoutTransactions(session: Session, tables: readonly ListedTable[]): Promise<TableOfEngine[]> {
  const engines = await session.ask(`select engine from information_schema.engines where transactions = 'YES'`);
  const safe = new Set(engines.map(([engine]) => String(engine).toLowerCase()));
  return tables
    .filter(({ type }) => type !== 'SEQUENCE')
    .flatMap(tableOfEngine)
    .filter(({ engine }) => !safe.has(engine.toLowerCase()));
}

/** MariaDB's information_schema reports all but the folders of partitions, MySQL's of nothing. */
function mayBePlaced({ type, options }: ListedTable, flavour: 'mysql' | 'mariadb'): boolean {
  if (type === 'VIEW' || type === 'SEQUENCE') return false;
  return flavour === 'mysql' || /partitioned| DIRECTORY=/i.test(` ${options}`);
}

/** Only the type of the column tells by what the history is kept. */
async function versionedTables(
  session: Session,
  where: Where,
  tables: readonly ListedTable[],
): Promise<VersionedTable[]> {
  const names = tables.filter(({ type }) => type === 'SYSTEM VERSIONED').map(({ name }) => name);
  if (names.length === 0) return [];
  const columns = await rowsOf(session, where, ROW_STARTS);
  const starts = columns.filter(([, , expression]) => /^row start$/i.test(String(expression ?? '')));
  const byTransaction = new Set(starts.filter(([, type]) => type === 'bigint').map(([table]) => table));
  return names.map(table => ({ table, isByTransaction: byTransaction.has(table) }));
}
