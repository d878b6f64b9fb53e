import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import { isAtLeast, type ServerFacts } from '../../mysql/server-facts.ts';
import { askKeys } from '../source/source-columns.ts';

interface Asked {
  readonly database: string;
  readonly server: ServerFacts;
  readonly leftOut: LeftOut;
}

/**
 * Finds foreign keys that MySQL would no longer create, even with foreign_key_checks=0. (What MariaDB
 * does not create, broken-foreign-keys.ts finds.)
 */
export async function foreignKeyFindings(session: Session, { database, server, leftOut }: Asked): Promise<Finding[]> {
  if (server.flavour !== 'mysql' || !isAtLeast(server.version, 8)) return [];
  const asked = await session.ask(FOREIGN_KEYS, [database]);
  // information_schema may compare without regard to case, also where `Shop` and `shop` are two databases.
  const rows = asked.filter(
    ([table, , , , , , own]) => (server.ignoresCase || own === database) && !leftOut.leavesOut(String(table)),
  );
  if (rows.length === 0) return [];
  const unlike = rows.filter(([, , , , , isAlike]) => Number(isAlike) === 0);
  // A parent in another database is not looked at: its keys are not asked for.
  const within = rows.filter(([, , parentDatabase]) => parentDatabase === database || server.ignoresCase);
  const isStrict = isAtLeast(server.version, 8, 4) && within.length > 0;
  const keys = isStrict ? await askKeys(session, { database, ignoresCase: server.ignoresCase }) : [];
  const odd = isStrict ? withoutUniqueKey(within, keys) : [];
  return [
    ...(unlike.length === 0
      ? []
      : [
          finding(
            'WILL_NOT_LOAD',
            `these foreign keys have a different collation than the columns that they refer to (error 3780): ${namesOf(unlike)}`,
            'Give both columns the same character set and collation: ALTER TABLE … MODIFY, with SET foreign_key_checks = 0 before it.',
          ),
        ]),
    ...(odd.length === 0
      ? []
      : [
          finding(
            'RESTORE_PREREQUISITE',
            `these foreign keys refer to columns that are not a unique key, which MySQL 8.4 and newer refuse to create (error 6125): ${namesOf(odd)}`,
            'Give the client that loads the dump --init-command="SET restrict_fk_on_non_standard_key = OFF", or make the columns that they refer to a UNIQUE key.',
          ),
        ]),
  ];
}

/** Table, constraint, database and table that it refers to, column there, whether both columns have the same collation, own database. */
const FOREIGN_KEYS = `
select k.table_name, k.constraint_name, k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name,
  c.collation_name <=> r.collation_name, k.table_schema
from information_schema.key_column_usage k
join information_schema.columns c
  on c.table_schema = k.table_schema and c.table_name = k.table_name and c.column_name = k.column_name
join information_schema.columns r on r.table_schema = k.referenced_table_schema
  and r.table_name = k.referenced_table_name and r.column_name = k.referenced_column_name
where k.table_schema = ? and k.referenced_table_name is not null order by 1, 2`;

function withoutUniqueKey(rows: readonly Row[], keys: readonly Row[]): Row[] {
  const unique = keys.filter(([, , nonUnique]) => Number(nonUnique) === 0);
  const indexes = Map.groupBy(unique, ([table, index]) => JSON.stringify([table, index]));
  const sets = new Set(
    [...indexes.values()].map(parts =>
      setOf(
        parts[0]![0],
        parts.map(([, , , column]) => column),
      ),
    ),
  );
  return [...Map.groupBy(rows, ([table, name]) => JSON.stringify([table, name])).values()]
    .filter(
      parts =>
        !sets.has(
          setOf(
            parts[0]![3],
            parts.map(([, , , , column]) => column),
          ),
        ),
    )
    .map(parts => parts[0]!);
}

function setOf(table: unknown, columns: readonly unknown[]): string {
  return JSON.stringify([table, columns.map(column => String(column).toLowerCase()).sort()]);
}

function namesOf(rows: readonly Row[]): string {
  return firstNames([...new Set(rows.map(([table, name]) => `${table}.${name}`))]);
}
