import type { Session } from '../../mysql/connect.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import type { Where } from '../../preflight/source/information-schema.ts';

/** A foreign key that references a table of the target. */
export interface KeyInto {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  /** The table of the target. */
  readonly toTable: string;
}

export interface KeysInto {
  readonly keys: readonly KeyInto[];
  /** Whether the server shows those of all databases to this user. */
  readonly isAll: boolean;
}

/**
 * Asks for the foreign keys that reference tables of a database, from all databases. information_schema shows only those of tables
 * that the user may read; InnoDB's own list has all, for users with PROCESS.
 */
export async function askKeysInto(session: Session, where: Where, flavour: 'mysql' | 'mariadb'): Promise<KeysInto> {
  const same = (name: unknown) => (where.ignoresCase ? String(name).toLowerCase() : String(name));
  const isOurs = (database: unknown) => same(database) === same(where.database);
  const rows = await session.ask(
    'select distinct referenced_table_schema, table_schema, table_name, constraint_name, referenced_table_name from information_schema.key_column_usage where referenced_table_schema = ?',
    [where.database],
  );
  const seen = rows
    .filter(([schema]) => isOurs(schema))
    .map(([, database, table, name, toTable]) => keyInto([database, table, name, toTable]));
  const all = await askInnoDb(session, flavour);
  const known = new Set(seen.map(({ database, table }) => `${same(database)}/${same(table)}`));
  const more = (all ?? []).filter(({ toDatabase }) => isOurs(toDatabase));
  const unseen = more.filter(({ key }) => !known.has(`${same(key.database)}/${same(key.table)}`)).map(({ key }) => key);
  return { keys: [...seen, ...unseen], isAll: all !== undefined };
}

function keyInto([database, table, name, toTable]: readonly unknown[]): KeyInto {
  return { database: String(database), table: String(table), name: String(name), toTable: String(toTable) };
}

/** @returns undefined where the user may not ask */
async function askInnoDb(session: Session, flavour: 'mysql' | 'mariadb') {
  const view = flavour === 'mariadb' ? 'innodb_sys_foreign' : 'innodb_foreign';
  try {
    const rows = await session.ask(`select id, for_name, ref_name from information_schema.${view}`);
    return rows.map(([id, from, to]) => {
      const [[database, table], [toDatabase, toTable]] = [partsOf(from), partsOf(to)];
      return { toDatabase, key: keyInto([database, table, partsOf(id)[1], toTable]) };
    });
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return undefined;
  }
}

/** `db/table`, in the letters of file names: `@0020` is a blank. */
function partsOf(name: unknown): [database: string, table: string] {
  const [database = '', table = ''] = String(name).split('/', 2);
  return [plain(database), plain(table)];
}

function plain(name: string): string {
  return name.replace(/@([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
