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

/** Asks for the fingerprint alone. */
export async function askTableFingerprint(session: Session, where: Where): Promise<TableFingerprint> {
  return fingerprintOf(await rowsOf(session, where, FINGERPRINT));
}

/** @returns for each table, view and sequence its name, type, engine, data_length, create_time and create_options */
export function askTables(session: Session, where: Where): Promise<Row[]> {
  return rowsOf(session, where, TABLES);
}

/** @param tables as askTables returns them */
export async function describeTables(
  session: Session,
  where: Where,
  tables: readonly Row[],
  flavour: 'mysql' | 'mariadb',
): Promise<SourceTables> {
  const isElsewhere = ([, , engine]: Row) => areRowsElsewhere(engine);
  return {
    notTransactional: await withoutTransactions(
      session,
      tables.filter(table => !isElsewhere(table)),
    ),
    definitionOnly: tables.filter(isElsewhere).map(tableOfEngine),
    versioned: await versionedTables(session, where, tables),
    fingerprint: fingerprintOf(tables.map(([name, , engine, , made]) => [name, engine, made] as Row)),
    placed: tables.filter(table => mayBePlaced(table, flavour)).map(([table]) => table as string),
    bytesOf: new Map(tables.map(([table, , , bytes]) => [table as string, Number(bytes ?? 0)])),
    bytes: tables.reduce((sum, [, , , bytes]) => sum + Number(bytes ?? 0), 0),
  };
}

const TABLES = [
  'table_schema',
  'table_name, table_type, engine, data_length, create_time, create_options',
  'tables',
] as const;
const FINGERPRINT = ['table_schema', 'table_name, engine, create_time', 'tables'] as const;
const ROW_STARTS = ['table_schema', 'table_name, data_type, generation_expression', 'columns'] as const;

function fingerprintOf(rows: readonly Row[]): TableFingerprint {
  return new Map(rows.map(([name, engine, made]) => [name as string, `${engine} ${made}`]));
}

function tableOfEngine([table, , engine]: Row): TableOfEngine {
  return { table: table as string, engine: engine as string };
}

async function withoutTransactions(session: Session, tables: readonly Row[]): Promise<TableOfEngine[]> {
  const engines = await session.ask(`select engine from information_schema.engines where transactions = 'YES'`);
  const safe = new Set(engines.map(([engine]) => String(engine).toLowerCase()));
  return tables
    .filter(([, type, engine]) => engine !== null && type !== 'SEQUENCE' && !safe.has(String(engine).toLowerCase()))
    .map(tableOfEngine);
}

/** MariaDB's information_schema reports all but the folders of partitions, MySQL's of nothing. */
function mayBePlaced([, type, , , , options]: Row, flavour: 'mysql' | 'mariadb'): boolean {
  if (type === 'VIEW' || type === 'SEQUENCE') return false;
  return flavour === 'mysql' || /partitioned| DIRECTORY=/i.test(` ${options}`);
}

/** Only the type of the column tells by what the history is kept. */
async function versionedTables(session: Session, where: Where, tables: readonly Row[]): Promise<VersionedTable[]> {
  const names = tables.filter(([, type]) => type === 'SYSTEM VERSIONED').map(([name]) => name as string);
  if (names.length === 0) return [];
  const columns = await rowsOf(session, where, ROW_STARTS);
  const starts = columns.filter(([, , expression]) => /^row start$/i.test(String(expression ?? '')));
  const byTransaction = new Set(starts.filter(([, type]) => type === 'bigint').map(([table]) => table));
  return names.map(table => ({ table, isByTransaction: byTransaction.has(table) }));
}
