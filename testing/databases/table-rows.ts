import type { Connection } from 'mysql2/promise';

/**
 * Reads all rows of all tables as the bytes that are stored, so that servers of other versions and flavours can be compared. Numbers
 * with a floating point are compared as numbers, and what servers store in their own way (UUID, JSON) as text.
 * @returns the rows of each table, in an order of their own
 */
export async function tableRows(root: Connection, database: string): Promise<Record<string, readonly string[]>> {
  await root.query("set names utf8mb4, time_zone = '+00:00', sql_mode = ''");
  const ask = async (sql: string) => (await root.query(sql))[0] as Record<string, unknown>[];
  const columns = await ask(
    `select c.table_name as t, c.column_name as name, lower(c.data_type) as type from information_schema.columns c
      join information_schema.tables using (table_schema, table_name)
      where table_schema = '${database}' and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
        and coalesce(generation_expression, '') not in ('ROW START', 'ROW END') order by 1, c.ordinal_position`,
  );
  const tables = Object.groupBy(columns, ({ t }) => String(t));
  const found: Record<string, readonly string[]> = {};
  for (const [table, of] of Object.entries(tables)) {
    const values = of!.map(({ name, type }) => compared(quoted(String(name)), String(type)));
    const rows = await ask(`select ${values.join(', ')} from ${quoted(database)}.${quoted(table)}`);
    found[table] = rows.map(row => JSON.stringify(Object.values(row))).sort();
  }
  return found;
}

type Rows = Awaited<ReturnType<typeof tableRows>>;

/** @returns for each table that is not the same in both a line with the first row that differs */
export function rowDifferences(wanted: Rows, found: Rows): string[] {
  const tables = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return tables.flatMap(table => {
    const [was, is] = [wanted[table] ?? ['(no table)'], found[table] ?? ['(no table)']];
    const at = was.findIndex((row, index) => row !== is[index]);
    const isSame = at < 0 && was.length === is.length;
    return isSame ? [] : [`${table}: ${was[at]?.slice(0, 500)} became ${is[at]?.slice(0, 500)}`];
  });
}

function compared(column: string, type: string): string {
  if (type === 'float' || type === 'double') return `cast(${column} as double)`;
  return `hex(cast(${column} as ${AS_TEXT.has(type) ? 'char' : 'binary'}))`;
}

const AS_TEXT = new Set(['uuid', 'inet4', 'inet6', 'json']);

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
