import { OBJECT_KINDS, type ObjectKind } from '../../protocol/manifest.ts';
import type { Row, Session } from './connect.ts';

/** What the server shows to this user of one database. */
export interface SourceObjects {
  readonly names: Record<ObjectKind, string[]>;
  /** The table of each trigger, by the trigger's name. */
  readonly triggerTables: ReadonlyMap<string, string>;
  /** Tables whose engine has no transactions, with it. */
  readonly notTransactional: readonly { readonly table: string; readonly engine: string }[];
  /** Routines that are seen, but not what is in them. */
  readonly closedRoutines: readonly string[];
  /** data_length of all tables, in bytes. */
  readonly bytes: number;
}

interface Where {
  readonly database: string;
  readonly ignoresCase: boolean;
}

/** Asks information_schema what is in the database. */
export async function askObjects(session: Session, where: Where): Promise<SourceObjects> {
  const names = Object.fromEntries(OBJECT_KINDS.map(kind => [kind, []])) as unknown as Record<ObjectKind, string[]>;
  const tables = await rowsOf(session, where, TABLES);
  for (const [name, type] of tables) names[KIND_OF_TABLE[type as string] ?? 'tables'].push(name as string);
  const routines = await rowsOf(session, where, ROUTINES);
  for (const [name, type] of routines) names[KIND_OF_ROUTINE[type as string] ?? 'procedures'].push(name as string);
  const triggers = await rowsOf(session, where, TRIGGERS);
  names.triggers = triggers.map(([name]) => name as string);
  names.events = (await rowsOf(session, where, EVENTS)).map(([name]) => name as string);
  return {
    names,
    triggerTables: new Map(triggers as unknown as [string, string][]),
    notTransactional: await withoutTransactions(session, tables),
    closedRoutines: routines.filter(([, , isClosed]) => Number(isClosed) === 1).map(([name]) => name as string),
    bytes: tables.reduce((sum, [, , , bytes]) => sum + Number(bytes ?? 0), 0),
  };
}

const TABLES = ['table_schema', 'table_name, table_type, engine, data_length', 'tables'] as const;
const ROUTINES = ['routine_schema', 'routine_name, routine_type, routine_definition is null', 'routines'] as const;
const TRIGGERS = ['trigger_schema', 'trigger_name, event_object_table', 'triggers'] as const;
const EVENTS = ['event_schema', 'event_name', 'events'] as const;

const KIND_OF_TABLE: Readonly<Record<string, ObjectKind>> = { VIEW: 'views', SEQUENCE: 'sequences' };
const KIND_OF_ROUTINE: Readonly<Record<string, ObjectKind>> = {
  FUNCTION: 'functions',
  PACKAGE: 'packages',
  'PACKAGE BODY': 'package_bodies',
};

/** information_schema compares without regard to case and accents, also where `Shop` and `shop` are two databases. */
async function rowsOf(
  session: Session,
  { database, ignoresCase }: Where,
  [schema, columns, view]: readonly [string, string, string],
): Promise<Row[]> {
  const statement = `select ${schema}, ${columns} from information_schema.${view} where ${schema} = ? order by 2`;
  const rows = await session.ask(statement, [database]);
  const isOurs = (name: unknown) => ignoresCase || name === database;
  return rows.filter(([name]) => isOurs(name)).map(([, ...row]) => row);
}

async function withoutTransactions(
  session: Session,
  tables: readonly Row[],
): Promise<SourceObjects['notTransactional']> {
  const engines = await session.ask(`select engine from information_schema.engines where transactions = 'YES'`);
  const safe = new Set(engines.map(([engine]) => String(engine).toLowerCase()));
  return tables
    .filter(([, type, engine]) => engine !== null && type !== 'SEQUENCE' && !safe.has(String(engine).toLowerCase()))
    .map(([table, , engine]) => ({ table: table as string, engine: engine as string }));
}
