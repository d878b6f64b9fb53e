import { createHash } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import type { MariaDb } from './mariadb.ts';

/**
 * Compares a database with its restored copy on the same server: definitions, rows, and all that the server knows of triggers,
 * routines, events and sequences. A name of the database within a definition counts as the same only where each names its own.
 * @returns a line for each difference, nothing when they are alike
 */
export async function differences(mariadb: MariaDb, source: string, copy: string): Promise<string[]> {
  const [wanted, found] = [await fingerprint(mariadb, source), await fingerprint(mariadb, copy)];
  const keys = new Set([...wanted.keys(), ...found.keys()]);
  return [...keys]
    .filter(key => wanted.get(key) !== found.get(key))
    .map(key => `${key}: ${firstDifference(wanted.get(key), found.get(key))}`);
}

function firstDifference(wanted = '(missing)', found = '(missing)'): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === found[at]) at++;
  const from = Math.max(0, at - 30);
  return `…${wanted.slice(from, at + 60)}… became …${found.slice(from, at + 60)}…`;
}

async function fingerprint(mariadb: MariaDb, database: string): Promise<Map<string, string>> {
  const facts = new Map<string, string>();
  const connection = await mariadb.connect(database);
  const ask = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0];
  const own = (text: unknown) => String(text).replaceAll(`\`${database}\``, '`@`').replaceAll(database, '@');
  try {
    for (const table of await tablesOf(ask, database)) await addTable(facts, ask, own, table);
    for (const [what, columns] of Object.entries(CODE)) {
      const { name, schema } = columns;
      for (const row of await ask(`select * from information_schema.${what} where ${schema} = '${database}'`))
        facts.set(`${what} ${row[name]}`, own(JSON.stringify(withoutTimes(row))));
    }
    // The bodies as bytes: information_schema shows them converted.
    for (const row of await ask(
      `select type, name, hex(body) as body, hex(comment) as comment from mysql.proc where db = '${database}'`,
    ))
      facts.set(`body of ${row.type} ${row.name}`, own(Buffer.from(row.body, 'hex').toString('latin1') + row.comment));
  } finally {
    await connection.end();
  }
  return facts;
}

type Ask = (sql: string) => Promise<RowDataPacket[]>;

function tablesOf(ask: Ask, database: string): Promise<RowDataPacket[]> {
  return ask(
    `select table_name as name, table_type as type from information_schema.tables where table_schema = '${database}'`,
  );
}

async function addTable(
  facts: Map<string, string>,
  ask: Ask,
  own: (text: unknown) => string,
  { name, type }: RowDataPacket,
) {
  const quoted = `\`${name.replaceAll('`', '``')}\``;
  const key = `${type} ${name}`;
  // As a table a sequence has a row format, too, which mysqldump does not write (docs/explanation/what-mysqldump-loses.md).
  const definition = await ask(`show create ${type === 'SEQUENCE' ? 'sequence' : 'table'} ${quoted}`).catch(error => [
    { error: error.message },
  ]);
  facts.set(key, own(JSON.stringify(definition)));
  if (type === 'VIEW') return;
  if (type === 'SEQUENCE') {
    // mysqldump does not say how often one has begun again, and only SETVAL with a round asks (docs/explanation/what-mysqldump-loses.md).
    const [{ cycle_count: _, ...state }] = (await ask(`select * from ${quoted}`)) as [RowDataPacket];
    return void facts.set(`${key} state`, JSON.stringify(state));
  }
  const history = type === 'SYSTEM VERSIONED' ? ' for system_time all' : '';
  const rows = await contentOf(ask, quoted, history).catch(error => String(error.message));
  facts.set(`${key} rows`, own(rows));
}

/**
 * CHECKSUM TABLE differs for equal rows where a table has virtual columns, so the values are read: as the bytes that are stored, and
 * floating-point numbers in full.
 * @returns a digest of all rows, independent of their order, and their number
 */
async function contentOf(ask: Ask, table: string, history: string): Promise<string> {
  const columns = await ask(`show columns from ${table}`);
  const values = columns.map(({ Field, Type }) => {
    const column = `\`${Field.replaceAll('`', '``')}\``;
    return `ifnull(hex(cast(${/^(?:float|double)/.test(Type) ? `cast(${column} as double)` : column} as binary)), 'NULL')`;
  });
  const rows = await ask(`select concat_ws(',', ${values.join(', ')}) as content from ${table}${history}`);
  const hash = createHash('sha256');
  for (const content of rows.map(row => String(row.content)).sort()) hash.update(`${content}\n`);
  return `${rows.length} rows ${hash.digest('hex')}`;
}

/** Views of information_schema that tell all of a kind of code, and their columns of its name and its database. */
const CODE = {
  views: { name: 'TABLE_NAME', schema: 'table_schema' },
  triggers: { name: 'TRIGGER_NAME', schema: 'trigger_schema' },
  routines: { name: 'SPECIFIC_NAME', schema: 'routine_schema' },
  parameters: { name: 'SPECIFIC_NAME', schema: 'specific_schema' },
  events: { name: 'EVENT_NAME', schema: 'event_schema' },
  check_constraints: { name: 'CONSTRAINT_NAME', schema: 'constraint_schema' },
  referential_constraints: { name: 'CONSTRAINT_NAME', schema: 'constraint_schema' },
};

function withoutTimes(row: RowDataPacket): object {
  // Views are compared as SHOW CREATE gives them, and routines by their bytes: here MariaDB has another text of them, in which it puts
  // other parentheses around the same joins, and which may lack the name behind END.
  const texts = ['VIEW_DEFINITION', 'ROUTINE_DEFINITION'];
  const changing = new Set(['CREATED', 'LAST_ALTERED', 'LAST_EXECUTED', 'ORIGINATOR', ...texts]);
  return Object.fromEntries(Object.entries(row).filter(([column]) => !changing.has(column)));
}
