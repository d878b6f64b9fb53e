import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { rowsOf } from '../../preflight/source/information-schema.ts';
import { MAY_USE_SEQUENCE, sequencesIn } from '../../preflight/source/sequence-defaults.ts';
import type { StateRow } from './state-table.ts';

/** A foreign key, as information_schema shows it. */
interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly toDatabase: string;
  readonly toTable: string;
  readonly toColumns: readonly string[];
  readonly rules: string;
}

/** A foreign key of a table that moves, to one that does not. */
interface OutgoingKey extends ForeignKey {
  /** Whether that one is in the same database. */
  readonly isOwn: boolean;
}

interface Where {
  readonly database: string;
  readonly ignoresCase: boolean;
  readonly flavour: ServerFacts['flavour'];
}

/** @returns the foreign keys of tables that reference a table which does not move with them */
export async function keysToOutside(
  session: Session,
  where: Where,
  tables: ReadonlySet<string>,
): Promise<readonly OutgoingKey[]> {
  const same = (name: string) => (where.ignoresCase ? name.toLowerCase() : name);
  const moving = new Set([...tables].map(same));
  const isOwn = (key: ForeignKey) => same(key.toDatabase) === same(where.database);
  const keys = (await foreignKeys(session, where)).filter(({ table }) => moving.has(same(table)));
  return keys
    .map(key => ({ ...key, isOwn: isOwn(key) }))
    .filter(({ isOwn, toTable }) => !isOwn || !moving.has(same(toTable)));
}

/** @returns the statement that drops a key */
export function dropKey(database: string, { table, name }: ForeignKey): string {
  return `alter table ${quotedName(database, table)} drop foreign key ${quotedName(name)}`;
}

/** @returns the rows that make a key again in another database, where the table that it references has the same name */
export function addKey(database: string, key: ForeignKey): StateRow {
  const columns = key.columns.map(column => quotedName(column)).join(', ');
  const to = `${quotedName(database, key.toTable)} (${key.toColumns.map(column => quotedName(column)).join(', ')})`;
  const statement = `alter table ${quotedName(database, key.table)} add constraint ${quotedName(key.name)} foreign key (${columns}) references ${to}${key.rules}`;
  return { kind: 'repair', name: key.table, statement: Buffer.from(statement) };
}

/** The foreign keys of a whole database; the server shows those of tables that the user may read. */
async function foreignKeys(session: Session, { database, ignoresCase, flavour }: Where): Promise<ForeignKey[]> {
  const where = { database, ignoresCase };
  const rules = new Map(
    (await rowsOf(session, where, RULES)).map(([table, name, update, remove]) => [
      `${table}\n${name}`,
      ruleText('update', update, flavour) + ruleText('delete', remove, flavour),
    ]),
  );
  const columns = await rowsOf(session, where, COLUMNS, '2, 3, 8');
  const byKey = Map.groupBy(columns, ([table, name]) => `${table}\n${name}`);
  return [...byKey].map(([key, rows]) => ({
    ...{ table: String(rows[0]![0]), name: String(rows[0]![1]), rules: rules.get(key) ?? '' },
    ...{ toDatabase: String(rows[0]![3]), toTable: String(rows[0]![4]) },
    ...{ columns: rows.map(row => String(row[2])), toColumns: rows.map(row => String(row[5])) },
  }));
}

const RULES = [
  'constraint_schema',
  'table_name, constraint_name, update_rule, delete_rule',
  'referential_constraints',
] as const;
const COLUMNS = [
  'table_schema',
  'table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name, ordinal_position',
  'key_column_usage',
  'referenced_table_name is not null',
] as const;

/** What stands for a key without a rule is not written, as the server does not write it. */
function ruleText(event: string, rule: unknown, flavour: ServerFacts['flavour']): string {
  const unwritten = flavour === 'mariadb' ? 'RESTRICT' : 'NO ACTION';
  return rule === unwritten || !/^[A-Z ]+$/.test(String(rule)) ? '' : ` on ${event} ${rule}`;
}

/**
 * MariaDB writes a default that draws from a sequence with the name of the sequence's database.
 * @returns the statements that let tables draw from the sequences of their new database
 */
export async function sequenceRepairs(
  session: Session,
  { staging, database, ignoresCase, flavour }: Where & { staging: string },
): Promise<StateRow[]> {
  if (flavour !== 'mariadb') return [];
  const rows = await rowsOf(session, { database: staging, ignoresCase }, [
    ...(['table_schema', 'table_name, column_name, column_default', 'columns'] as const),
    MAY_USE_SEQUENCE,
  ]);
  const own = (name: string) => (ignoresCase ? name.toLowerCase() === staging.toLowerCase() : name === staging);
  return rows
    .filter(([table, , text]) => sequencesIn(String(table), String(text)).some(({ database }) => own(database)))
    .map(([table, column, text]) => {
      const moved = String(text).replaceAll(`${quotedName(staging)}.`, () => `${quotedName(database)}.`);
      const statement = `alter table ${quotedName(database, String(table))} alter column ${quotedName(String(column))} set default (${moved})`;
      return { kind: 'repair', name: String(table), statement: Buffer.from(statement) };
    });
}

/** Runs a repair, also one that a run before this one may have done. */
export async function runRepair(session: Session, statement: Uint8Array): Promise<void> {
  try {
    await session.run(statement);
  } catch (error) {
    if (!isServersAnswer(error) || !isAlreadyDone(error)) throw error;
  }
}

/** The key is there already, or no longer there. */
function isAlreadyDone(error: Error & { errno?: number }): boolean {
  return error.errno === 1826 || error.errno === 1091 || (error.errno === 1005 && /errno: 121\b/.test(error.message));
}
