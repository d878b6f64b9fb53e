import { AUDIT_TABLE } from '../audit/forget-names.ts';
import { isSqlite } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { forgetInTexts } from './forget-in-texts.ts';

/**
 * Deletes the rows about a database in all tables that have its name in a column `database_name`, and the documents that name it. The tables are
 * looked up in the store, so that one that is added later is not forgotten. The audit trail is not touched.
 */
export async function forgetRows(em: EntityManager, name: string): Promise<void> {
  for (const table of await tablesWithNames(em))
    if (table !== AUDIT_TABLE)
      await em.execute(`delete from \`${table}\` where \`database_name\` = ? and octet_length(\`database_name\`) = ?`, [
        ...[name, Buffer.byteLength(name)],
      ]);
  // A plan has it as a text of its own; a message that was told has it anywhere.
  await em.execute('delete from `retention_plans` where instr(`document`, ?) > 0', [JSON.stringify(name)]);
  const inJson = JSON.stringify(name).slice(1, -1);
  await em.execute(`delete from \`outbox\` where ${WAS_TOLD} and instr(\`notification\`, ?) > 0`, [inJson]);
  await forgetInTexts(em, name);
}

async function tablesWithNames(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<Array<{ name: string }>>(isSqlite(em) ? IN_SQLITE : IN_MYSQL);
  return rows.map(({ name }) => name);
}

/** One that waits may be about other databases, too, which must still be reported. */
const WAS_TOLD = '(`delivered_at` is not null or `given_up_at` is not null)';

const IN_SQLITE = `select m.name as name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'database_name' where m.type = 'table'`;
const IN_MYSQL = `select table_name as name from information_schema.columns where table_schema = database() and column_name = 'database_name'`;
