import { forEachKind, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { rowsOf, type Where } from '../../preflight/source/information-schema.ts';
import { areRowsElsewhere } from '../../preflight/source/rows-elsewhere.ts';

/** A table that is there. */
export interface FoundTable {
  readonly name: string;
  readonly engine: string | undefined;
  /** As the server estimates them, rows and indexes. */
  readonly bytes: number;
  /** It keeps its former rows. */
  readonly isVersioned: boolean;
  /** Its rows lie in other tables, in files or on other servers. */
  readonly areRowsElsewhere: boolean;
}

/** A trigger that is there, with its table. */
export interface FoundTrigger {
  readonly name: string;
  readonly table: string;
}

/** What the server shows to this user of one database. */
export interface DatabaseObjects {
  readonly tables: readonly FoundTable[];
  readonly triggers: readonly FoundTrigger[];
  /** By kind; tables and triggers too. */
  readonly names: Readonly<Record<ObjectKind, readonly string[]>>;
}

/** Asks information_schema for all objects of a database, in four questions. */
export async function askDatabaseObjects(session: Session, where: Where): Promise<DatabaseObjects> {
  const names = forEachKind<string[]>(() => []);
  const tables: FoundTable[] = [];
  for (const [name, type, engine, bytes] of await rowsOf(session, where, TABLES)) {
    const kind = KIND_OF_TABLE[String(type)] ?? 'tables';
    names[kind].push(String(name));
    if (kind !== 'tables') continue;
    tables.push({
      ...{ name: String(name), engine: engine === null ? undefined : String(engine), bytes: Number(bytes ?? 0) },
      ...{ isVersioned: type === 'SYSTEM VERSIONED', areRowsElsewhere: areRowsElsewhere(engine) },
    });
  }
  for (const [name, type] of await rowsOf(session, where, ROUTINES)) {
    const kind = KIND_OF_ROUTINE[String(type)];
    if (kind) names[kind].push(String(name));
  }
  const triggers = (await rowsOf(session, where, TRIGGERS)).map(([name, table]) => ({
    ...{ name: String(name), table: String(table) },
  }));
  names.triggers.push(...triggers.map(({ name }) => name));
  names.events.push(...(await rowsOf(session, where, EVENTS)).map(([name]) => String(name)));
  return { tables, triggers, names };
}

/** @returns how many objects there are of all kinds */
export function countObjects({ names }: Pick<DatabaseObjects, 'names'>): number {
  return OBJECT_KINDS.reduce((sum, kind) => sum + names[kind].length, 0);
}

const TABLES = [
  'table_schema',
  'table_name, table_type, engine, coalesce(data_length, 0) + coalesce(index_length, 0)',
  'tables',
] as const;
const ROUTINES = ['routine_schema', 'routine_name, routine_type', 'routines'] as const;
const TRIGGERS = ['event_object_schema', 'trigger_name, event_object_table', 'triggers'] as const;
const EVENTS = ['event_schema', 'event_name', 'events'] as const;

const KIND_OF_TABLE: Readonly<Record<string, ObjectKind>> = {
  VIEW: 'views',
  'SYSTEM VIEW': 'views',
  SEQUENCE: 'sequences',
};
const KIND_OF_ROUTINE: Readonly<Record<string, ObjectKind>> = {
  PROCEDURE: 'procedures',
  FUNCTION: 'functions',
  PACKAGE: 'packages',
  'PACKAGE BODY': 'package_bodies',
};
