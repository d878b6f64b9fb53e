import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';

interface Asked {
  readonly database: string;
  readonly server: ServerFacts;
  readonly leftOut: LeftOut;
}

/**
 * Finds foreign keys of MariaDB that refer to a column that no longer exists, or has another type: with foreign_key_checks off a table can be made again
 * under them. A dump creates the tables by name. Where the one that is referred to comes first, InnoDB looks at it, and refuses the other (error 150);
 * where it comes second, no one looks.
 */
export async function brokenForeignKeyFindings(
  session: Session,
  { database, server, leftOut }: Asked,
): Promise<Finding[]> {
  if (server.flavour !== 'mariadb') return [];
  if ((await session.ask(ANY_FOREIGN_KEY, [database])).length === 0) return [];
  const rows = await session.ask(FOREIGN_KEYS, [database]);
  const broken = rows.filter(
    ([own, table, , parent, type, parentType, collation, parentCollation]) =>
      (server.ignoresCase || own === database) &&
      !leftOut.leavesOut(String(table)) &&
      !leftOut.leavesOut(String(parent)) &&
      String(parent) < String(table) &&
      (parentType === null || storageOf(type) !== storageOf(parentType) || collation !== parentCollation),
  );
  if (broken.length === 0) return [];
  const names = new Set(broken.map(([, table, name, parent]) => `${table}.${name} (to ${parent})`));
  return [
    finding(
      'WILL_NOT_LOAD',
      `these foreign keys refer to a column that does not exist, or has another type or character set (error 150): ${firstNames([...names])}`,
      'Drop them, or give both columns the same type: SET foreign_key_checks = 0; ALTER TABLE … DROP FOREIGN KEY … or MODIFY ….',
    ),
  ];
}

/** Most databases have no such key, and the whole question makes MariaDB read the tables of all databases: 14 ms for 300 tables, this one 0.1. */
const ANY_FOREIGN_KEY = `
select 1 from information_schema.key_column_usage where table_schema = ? and referenced_table_schema = table_schema limit 1`;

/** Own database, table, constraint, table that it refers to, both types and both collations; the second type is null where there is no such column. */
const FOREIGN_KEYS = `
select k.table_schema, k.table_name, k.constraint_name, k.referenced_table_name, c.column_type, r.column_type, c.collation_name, r.collation_name
from information_schema.key_column_usage k
join information_schema.columns c
  on c.table_schema = k.table_schema and c.table_name = k.table_name and c.column_name = k.column_name
join information_schema.tables p
  on p.table_schema = k.referenced_table_schema and p.table_name = k.referenced_table_name and p.engine = 'InnoDB'
left join information_schema.columns r on r.table_schema = k.referenced_table_schema
  and r.table_name = k.referenced_table_name and r.column_name = k.referenced_column_name
where k.table_schema = ? and k.referenced_table_schema = k.table_schema order by 2, 3`;

/** What InnoDB compares of a type: not how wide a number is shown, nor how long a text may be. */
function storageOf(columnType: unknown): string {
  const type = String(columnType).toLowerCase();
  if (/^(?:var)?(?:char|binary)\b/.test(type)) return 'text';
  const [, name, unsigned] = /^(\w+)(?:\([^)]*\))?( unsigned)?/.exec(type) ?? [];
  return `${name}${unsigned ?? ''}`;
}
