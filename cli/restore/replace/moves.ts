import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { rowsOf } from '../../preflight/source/information-schema.ts';
import { OWN_TABLES, type ReplaceNames } from './replace-names.ts';

/** Which tables a swap is about, sequences among them. */
export interface SwappedTables {
  /** Those of the database that is replaced. */
  readonly old: readonly string[];
  /** Those of the backup. */
  readonly new: readonly string[];
}

export interface Place {
  readonly database: string;
  readonly names: ReplaceNames;
  readonly ignoresCase: boolean;
}

/** Where the tables of a swap are just now. */
export interface TablePlaces {
  readonly database: ReadonlySet<string>;
  readonly staging: ReadonlySet<string>;
  readonly old: ReadonlySet<string>;
}

/** Asks where all tables and sequences are. */
export async function askPlaces(session: Session, { database, names, ignoresCase }: Place): Promise<TablePlaces> {
  const tablesOf = async (name: string) => {
    const rows = await rowsOf(session, { database: name, ignoresCase }, TABLES);
    const tables = rows.filter(([, type]) => type !== 'VIEW').map(([table]) => String(table));
    return new Set(tables.filter(table => !OWN_TABLES.has(table)));
  };
  return {
    database: await tablesOf(database),
    staging: await tablesOf(names.staging),
    old: await tablesOf(names.old),
  };
}

const TABLES = ['table_schema', 'table_name, table_type', 'tables'] as const;

/** @returns whether any table has already been moved */
export function hasBegun(tables: SwappedTables, places: TablePlaces): boolean {
  return tables.old.some(name => places.old.has(name)) || tables.new.some(name => !places.staging.has(name));
}

/**
 * @returns the statement that moves what has not yet been moved, undefined where nothing is left to be done. One statement: where
 *   it fails, the server puts back what it has moved
 */
export function moveForward(
  tables: SwappedTables,
  places: TablePlaces,
  { database, names }: Place,
): string | undefined {
  const isNew = new Set(tables.new);
  // A table of both names that has left the staging database is the new one.
  const stillOld = (name: string) => places.database.has(name) && (!isNew.has(name) || places.staging.has(name));
  return renameStatement([
    ...tables.old.filter(stillOld).map(name => [database, names.old, name] as const),
    ...tables.new.filter(name => places.staging.has(name)).map(name => [names.staging, database, name] as const),
  ]);
}

/** @returns the statement that moves everything back to where it was */
export function moveBack(tables: SwappedTables, places: TablePlaces, { database, names }: Place): string | undefined {
  const isOld = new Set(tables.old);
  const isThere = (name: string) =>
    places.database.has(name) && !places.staging.has(name) && (!isOld.has(name) || places.old.has(name));
  return renameStatement([
    ...tables.new.filter(isThere).map(name => [database, names.staging, name] as const),
    ...tables.old.filter(name => places.old.has(name)).map(name => [names.old, database, name] as const),
  ]);
}

function renameStatement(moves: readonly (readonly [from: string, to: string, name: string])[]): string | undefined {
  if (moves.length === 0) return undefined;
  return `rename table ${moves.map(([from, to, name]) => `${quotedName(from, name)} to ${quotedName(to, name)}`).join(', ')}`;
}
