import { forEachKind, type ObjectKind } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { rowsOf, type Where } from './information-schema.ts';
import { askColumns, type SourceColumns } from './source-columns.ts';
import { askTables, describeTables, type SourceTables } from './source-tables.ts';
import { askStoredPrograms, type StoredPrograms } from './stored-programs.ts';

/** What the server shows to this user of one database. */
export interface SourceObjects extends SourceTables, SourceColumns, Omit<StoredPrograms, 'programs'> {
  readonly names: Readonly<Record<ObjectKind, string[]>>;
  /** Undefined where the server does not show the database to this user. */
  readonly defaults: DatabaseDefaults | undefined;
}

/** The defaults that new tables and routines of a database get. */
export interface DatabaseDefaults {
  readonly characterSet: string;
  readonly collation: string;
}

/** Asks information_schema what is in the database. */
export async function askObjects(session: Session, where: Where, flavour: 'mysql' | 'mariadb'): Promise<SourceObjects> {
  const names = forEachKind<string[]>(() => []);
  const tables = await askTables(session, where);
  for (const { name, type } of tables) names[KIND_OF_TABLE[type] ?? 'tables'].push(name);
  const [schema] = await rowsOf(session, where, SCHEMATA);
  const { programs, ...stored } = await askStoredPrograms(session, where, flavour, schema?.[0]);
  for (const { kind, name } of programs) names[kind].push(name);
  return {
    names,
    defaults: schema && { collation: String(schema[0]), characterSet: String(schema[1]) },
    ...stored,
    ...(await describeTables(session, where, tables, flavour)),
    ...(await askColumns(session, where, { tables: names.tables, flavour })),
  };
}

const SCHEMATA = ['schema_name', 'default_collation_name, default_character_set_name', 'schemata'] as const;

const KIND_OF_TABLE: Readonly<Record<string, ObjectKind>> = { VIEW: 'views', SEQUENCE: 'sequences' };
