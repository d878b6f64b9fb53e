import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { Session } from '../../mysql/connect.ts';
import { isAtLeast, type ServerFacts } from '../../mysql/server-facts.ts';

interface Asked {
  readonly database: string;
  readonly server: ServerFacts;
  readonly leftOut: LeftOut;
}

/**
 * Columns that may be NULL and have no default, as `CREATE TABLE … SELECT` from information_schema leaves them: an INSERT without a value for
 * them fails. SHOW CREATE TABLE writes them as it writes a column that may be left out, so the copy takes such an INSERT. MySQL does not show
 * which they are; MariaDB does since 10.2.7 (MariaDB manual, "Information Schema COLUMNS Table").
 * @returns a finding that names them
 */
export async function missingDefaultFindings(
  session: Session,
  { database, server: { flavour, version, ignoresCase }, leftOut }: Asked,
): Promise<Finding[]> {
  if (flavour === 'mysql' || !isAtLeast(version, 10, 2, 7)) return [];
  const which = `c.table_schema = ? and c.is_nullable = 'YES' and c.column_default is null
       and c.is_generated = 'NEVER' and c.extra not like '%auto_increment%'`;
  // Usually there is no such column, also of a view, and the whole question makes MariaDB read the tables of all databases.
  const anyColumn = await session.ask(`select 1 from information_schema.columns c where ${which} limit 1`, [database]);
  if (anyColumn.length === 0) return [];
  const rows = await session.ask(
    `select c.table_schema, c.table_name, c.column_name from information_schema.columns c
       join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
     where t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED') and ${which}
     order by c.table_name, c.ordinal_position`,
    [database],
  );
  const names = rows
    .filter(([schema, table]) => (ignoresCase || schema === database) && !leftOut.leavesOut(String(table)))
    .map(([, table, column]) => `${table}.${column}`);
  if (names.length === 0) return [];
  return [
    finding(
      'DEFAULT_ADDED',
      `these columns may be NULL and have no default, which a dump cannot say: they come back with DEFAULT NULL: ${firstNames(names)}`,
      'Only an INSERT that names no value for them behaves otherwise then. To avoid this finding: ALTER TABLE … ALTER COLUMN … SET DEFAULT NULL.',
    ),
  ];
}
