import type { Connection } from 'mysql2/promise';
import { type Column, valueFor } from './generated-values.ts';

const ROWS = 25;

/**
 * Fills each table of a database with rows that its types, keys and foreign keys allow: the same ones each time.
 * @param root a connection of a user with all rights
 * @returns the tables that have no rows after all
 */
export async function fillTables(root: Connection, database: string): Promise<string[]> {
  await root.query("set names utf8mb4, sql_mode = '', time_zone = '+00:00'");
  await root.query(`use ${database}`);
  const ask = async (sql: string) => (await root.query(sql))[0] as Record<string, string | number | null>[];
  const columns = Object.groupBy((await ask(COLUMNS(database))) as unknown as Column[], ({ table }) => table);
  const parents = (await ask(PARENTS(database))) as unknown as Parent[];
  for (const table of inOrder(Object.keys(columns), parents))
    await fill(
      root,
      table,
      columns[table]!,
      parents.filter(parent => parent.table === table),
    );
  const empty: string[] = [];
  for (const table of Object.keys(columns))
    if ((await ask(`select 1 from \`${table}\` limit 1`)).length === 0) empty.push(table);
  return empty;
}

/** A column that refers to one of another table. */
interface Parent {
  readonly table: string;
  readonly column: string;
  readonly parent: string;
  readonly parentColumn: string;
}

const COLUMNS = (
  database: string,
) => `select c.table_name as \`table\`, c.column_name as name, lower(c.data_type) as type,
  c.column_type as definition, c.character_maximum_length as length, c.character_set_name as characterSet,
  c.numeric_precision as \`precision\`, c.numeric_scale as scale, c.is_nullable = 'YES' as isNullable, c.column_key as \`key\`
  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
  where c.table_schema = '${database}' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
  and c.extra not like '%auto_increment%' order by c.table_name, c.ordinal_position`;

const PARENTS = (database: string) => `select table_name as \`table\`, column_name as \`column\`,
  referenced_table_name as parent, referenced_column_name as parentColumn
  from information_schema.key_column_usage where table_schema = '${database}' and referenced_table_name is not null`;

/** Parents first, as far as that can be. */
function inOrder(tables: readonly string[], parents: readonly Parent[]): string[] {
  const ordered = new Set<string>();
  const visit = (table: string, above: readonly string[]) => {
    if (ordered.has(table) || above.includes(table)) return;
    for (const { table: child, parent } of parents) if (child === table) visit(parent, [...above, table]);
    ordered.add(table);
  };
  for (const table of tables) visit(table, []);
  return [...ordered].filter(table => tables.includes(table));
}

async function fill(root: Connection, table: string, columns: readonly Column[], parents: readonly Parent[]) {
  const known = new Map<string, unknown[]>();
  for (const { column, parent, parentColumn } of parents) known.set(column, await valuesOf(root, parent, parentColumn));
  const rows = Array.from({ length: ROWS }, (_, row) =>
    columns.map(column => {
      const values = known.get(column.name);
      if (values === undefined) return valueFor(column, row);
      return values.length > 0 ? values[row % values.length] : null;
    }),
  );
  const names = columns.map(({ name }) => `\`${name}\``).join(', ');
  // IGNORE: two rows may have the same key where a type has few values.
  await root.query(`insert ignore into \`${table}\` (${names}) values ?`, [rows]);
}

async function valuesOf(root: Connection, table: string, column: string): Promise<unknown[]> {
  const [rows] = await root.query(`select \`${column}\` as v from \`${table}\` order by 1 limit ${ROWS}`);
  return (rows as { v: unknown }[]).map(({ v }) => v);
}
