import { OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import { COMPUTED_FIELDS, type ComputedColumn, computedColumn, IS_STORED } from './computed-columns.ts';
import { askEvents, type DisabledEvents } from './disabled-events.ts';
import { type EventSchedule, eventSchedule, SCHEDULE_COLUMNS } from './event-schedules.ts';
import { type GarbledObject, garbledColumn, garbledObject } from './garbled-names.ts';
import type { BoundObject, HardcodedNames } from './hardcoded-names.ts';
import { KEY_FIELDS } from './rounded-keys.ts';
import { areRowsElsewhere } from './rows-elsewhere.ts';
import { MAY_USE_SEQUENCE, type SequenceDefault, sequencesIn } from './sequence-defaults.ts';
import { SUSPECT_FIELDS, type SuspectColumn, suspectColumn } from './suspect-columns.ts';

/** What the server shows to this user of one database. */
export interface SourceObjects {
  readonly names: Record<ObjectKind, string[]>;
  /** Undefined where the server does not show the database to this user. */
  readonly defaults: DatabaseDefaults | undefined;
  /** The table of each trigger, by the trigger's name. */
  readonly triggerTables: ReadonlyMap<string, string>;
  /** Tables whose engine has no transactions, with it. */
  readonly notTransactional: readonly TableOfEngine[];
  /** Tables whose rows lie elsewhere, with their engine: mysqldump dumps only what they are. */
  readonly definitionOnly: readonly TableOfEngine[];
  /** MariaDB's tables that keep their former rows. */
  readonly versioned: readonly VersionedTable[];
  /** Events with `;;` in their SHOW CREATE EVENT: mysqldump looks for another delimiter for them, and never ends. */
  readonly endlessEvents: readonly string[];
  readonly eventSchedules: readonly EventSchedule[];
  /** Where the server answers no question about events. */
  readonly disabledEvents?: DisabledEvents | undefined;
  /** Routines that are seen, but not what is in them. */
  readonly closedRoutines: readonly string[];
  readonly nameBound: HardcodedNames;
  /** Tables whose defaults use sequences. */
  readonly drawing: readonly SequenceDefault[];
  /** What comes back with another name, comment or definer. */
  readonly garbled: readonly GarbledObject[];
  readonly fingerprint: TableFingerprint;
  /** Columns whose values a dump may not hold as they are. */
  readonly suspects: readonly SuspectColumn[];
  readonly computed: readonly ComputedColumn[];
  /** Tables whose definition may hold what is of this server alone. */
  readonly placed: readonly string[];
  /** data_length of each table, in bytes. */
  readonly bytesOf: ReadonlyMap<string, number>;
  /** Of all of them. */
  readonly bytes: number;
}

/** What new tables and routines of a database get where they say nothing themselves. */
export interface DatabaseDefaults {
  readonly characterSet: string;
  readonly collation: string;
}

/** By the name of a table, what tells it from another of the same name: when it was made, and its engine. */
export type TableFingerprint = ReadonlyMap<string, string>;

export interface TableOfEngine {
  readonly table: string;
  readonly engine: string;
}

export interface Where {
  readonly database: string;
  readonly ignoresCase: boolean;
}

type Flavour = 'mysql' | 'mariadb';

/** Asks for the fingerprint alone. */
export async function askTableFingerprint(session: Session, where: Where): Promise<TableFingerprint> {
  return fingerprintOf(await rowsOf(session, where, FINGERPRINT));
}

function fingerprintOf(rows: readonly Row[]): TableFingerprint {
  return new Map(rows.map(([name, engine, made]) => [name as string, `${engine} ${made}`]));
}

/** @returns KEY_FIELDS of all keys */
export function askKeys(session: Session, where: Where): Promise<Row[]> {
  return rowsOf(session, where, KEYS, 'table_name, index_name, seq_in_index');
}

/** Asks information_schema what is in the database. */
export async function askObjects(session: Session, where: Where, flavour: Flavour): Promise<SourceObjects> {
  const names = Object.fromEntries(OBJECT_KINDS.map(kind => [kind, []])) as unknown as Record<ObjectKind, string[]>;
  const tables = await rowsOf(session, where, TABLES);
  for (const [name, type] of tables) names[KIND_OF_TABLE[type as string] ?? 'tables'].push(name as string);
  const [schema] = await rowsOf(session, where, SCHEMATA);
  const ofFormerCollation: BoundObject[] = [];
  const garbled: GarbledObject[] = [];
  /** Where no one sees the collation, nothing can be held against it. */
  const isFormer = (collation: unknown) => schema !== undefined && collation !== null && collation !== schema[0];
  const routines = await rowsOf(session, where, withGarbled(ROUTINES, flavour));
  for (const [name, type, , collation, parts] of routines) {
    const kind = KIND_OF_ROUTINE[type as string];
    // A kind that only a newer server has can't be held against the dump.
    if (kind) names[kind].push(name as string);
    if (kind && isFormer(collation)) ofFormerCollation.push({ kind, name: name as string });
    if (kind) garbled.push(...garbledObject({ kind, name: name as string }, parts));
  }
  const triggers = await rowsOf(session, where, withGarbled(TRIGGERS, flavour));
  names.triggers = triggers.map(([name]) => name as string);
  for (const [name, table, collation, parts] of triggers) {
    const trigger = { kind: 'triggers', name: name as string, table: table as string } as const;
    if (isFormer(collation)) ofFormerCollation.push(trigger);
    garbled.push(...garbledObject(trigger, parts));
  }
  const { rows: events, disabled } = await askEvents(session, where.database, () =>
    rowsOf(session, where, withGarbled(EVENTS, flavour)),
  );
  names.events = events.map(([name]) => name as string);
  for (const row of events) {
    const event = { kind: 'events', name: row[0] as string } as const;
    if (isFormer(row[2])) ofFormerCollation.push(event);
    garbled.push(...garbledObject(event, row.at(-1)));
  }
  const isElsewhere = ([, , engine]: Row) => areRowsElsewhere(engine);
  return {
    names,
    defaults: schema && { collation: String(schema[0]), characterSet: String(schema[1]) },
    triggerTables: new Map(triggers.map(([name, table]) => [name as string, table as string])),
    notTransactional: await withoutTransactions(
      session,
      tables.filter(table => !isElsewhere(table)),
    ),
    definitionOnly: tables
      .filter(isElsewhere)
      .map(([table, , engine]) => ({ table: table as string, engine: engine as string })),
    versioned: await versionedTables(session, where, tables),
    endlessEvents: events.filter(([, isEndless]) => Number(isEndless) === 1).map(([name]) => name as string),
    eventSchedules: events.map(([name, , , ...columns]) => eventSchedule(name as string, columns)),
    disabledEvents: disabled,
    closedRoutines: routines
      .filter(([, type, isClosed]) => Number(isClosed) === 1 && KIND_OF_ROUTINE[type as string])
      .map(([name]) => name as string),
    nameBound: { ofFormerCollation },
    drawing: await drawingTables(session, where, { tables: names.tables, flavour }),
    garbled,
    fingerprint: fingerprintOf(tables.map(([name, , engine, , made]) => [name, engine, made] as Row)),
    ...(await suspectColumns(session, where, { tables: names.tables, flavour })),
    placed: tables.filter(table => mayBePlaced(table, flavour)).map(([table]) => table as string),
    bytesOf: new Map(tables.map(([table, , , bytes]) => [table as string, Number(bytes ?? 0)])),
    bytes: tables.reduce((sum, [, , , bytes]) => sum + Number(bytes ?? 0), 0),
  };
}

const TABLES = [
  'table_schema',
  'table_name, table_type, engine, data_length, create_time, create_options',
  'tables',
] as const;
const ROUTINES = [
  'routine_schema',
  'routine_name, routine_type, routine_definition is null, database_collation',
  'routines',
] as const;
const TRIGGERS = ['trigger_schema', 'trigger_name, event_object_table, database_collation', 'triggers'] as const;
/** What SHOW CREATE EVENT puts together, in which mysqldump looks for `;;`. */
const EVENT_TEXT = `concat_ws(' ', definer, event_name, event_comment, event_definition)`;
const EVENTS = [
  'event_schema',
  `event_name, instr(${EVENT_TEXT}, ';;') > 0, database_collation, ${SCHEDULE_COLUMNS}`,
  'events',
] as const;
const SCHEMATA = ['schema_name', 'default_collation_name, default_character_set_name', 'schemata'] as const;
const COLUMNS = ['table_schema', SUSPECT_FIELDS, 'columns'] as const;
const COMPUTED = ['table_schema', COMPUTED_FIELDS, 'columns'] as const;
const KEYS = ['table_schema', KEY_FIELDS, 'statistics'] as const;
const DEFAULTS = ['table_schema', 'table_name, column_default', 'columns', MAY_USE_SEQUENCE] as const;
const ROW_STARTS = ['table_schema', 'table_name, data_type, generation_expression', 'columns'] as const;

type View = readonly [schema: string, columns: string, view: string, filter?: string];

function withGarbled([schema, columns, view]: View, flavour: Flavour): View {
  return [schema, `${columns}, ${garbledColumn(view as 'routines' | 'triggers' | 'events', flavour)}`, view];
}

const FINGERPRINT = ['table_schema', 'table_name, engine, create_time', 'tables'] as const;

const KIND_OF_TABLE: Readonly<Record<string, ObjectKind>> = { VIEW: 'views', SEQUENCE: 'sequences' };
const KIND_OF_ROUTINE: Readonly<Record<string, ObjectKind>> = {
  PROCEDURE: 'procedures',
  FUNCTION: 'functions',
  PACKAGE: 'packages',
  'PACKAGE BODY': 'package_bodies',
};

/** information_schema compares without regard to case and accents, also where `Shop` and `shop` are two databases. */
async function rowsOf(
  session: Session,
  { database, ignoresCase }: Where,
  [schema, columns, view, filter = '1']: View,
  order = '2',
): Promise<Row[]> {
  const statement = `select ${schema}, ${columns} from information_schema.${view} where ${schema} = ? and ${filter} order by ${order}`;
  const rows = await session.ask(statement, [database]);
  const folded = (name: unknown) => (ignoresCase ? String(name).toLowerCase() : name);
  const isOurs = (name: unknown) => folded(name) === folded(database);
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

/** Views have columns, too. */
async function suspectColumns(
  session: Session,
  where: Where,
  { tables, flavour }: { tables: readonly string[]; flavour: Flavour },
): Promise<Pick<SourceObjects, 'suspects' | 'computed'>> {
  const dumped = new Set(tables);
  const columns = (await rowsOf(session, where, COLUMNS, 'table_name, ordinal_position')).filter(([table]) =>
    dumped.has(table as string),
  );
  const suspects = columns.flatMap(row => suspectColumn(row, flavour));
  if (!columns.some(([, , , , , , , extra]) => IS_STORED.test(String(extra)))) return { suspects, computed: [] };
  const timestamps = Map.groupBy(
    columns.filter(([, , type]) => type === 'timestamp'),
    ([table]) => table,
  );
  const namesOf = new Map([...timestamps].map(([table, rows]) => [table, rows.map(([, column]) => String(column))]));
  const generated = await rowsOf(session, where, COMPUTED);
  const computed = generated
    .filter(([table]) => dumped.has(table as string))
    .flatMap(row => computedColumn(row, namesOf) ?? []);
  return { suspects, computed };
}

/** MariaDB's information_schema reports all but the folders of partitions, MySQL's of nothing. */
function mayBePlaced([, type, , , , options]: Row, flavour: Flavour): boolean {
  if (type === 'VIEW' || type === 'SEQUENCE') return false;
  return flavour === 'mysql' || /partitioned| DIRECTORY=/i.test(` ${options}`);
}

/** MySQL has no sequences; views show the defaults of tables as their own. */
async function drawingTables(
  session: Session,
  where: Where,
  { tables, flavour }: { tables: readonly string[]; flavour: Flavour },
): Promise<SequenceDefault[]> {
  if (flavour === 'mysql') return [];
  const dumped = new Set(tables);
  const columns = (await rowsOf(session, where, DEFAULTS)).filter(([table]) => dumped.has(table as string));
  return columns.flatMap(([table, expression]) => sequencesIn(table as string, String(expression)));
}

/** Only the type of the column tells by what the history is kept. */
async function versionedTables(session: Session, where: Where, tables: readonly Row[]): Promise<VersionedTable[]> {
  const names = tables.filter(([, type]) => type === 'SYSTEM VERSIONED').map(([name]) => name as string);
  if (names.length === 0) return [];
  const columns = await rowsOf(session, where, ROW_STARTS);
  const starts = columns.filter(([, , expression]) => /^row start$/i.test(String(expression ?? '')));
  const byTransaction = new Set(starts.filter(([, type]) => type === 'bigint').map(([table]) => table));
  return names.map(table => ({ table, isByTransaction: byTransaction.has(table) }));
} /** A table that keeps its former rows. */
export interface VersionedTable {
  readonly table: string;
  /** Its rows have numbers of transactions instead of times: mysqldump fails where it is to dump the history of such a table. */
  readonly isByTransaction: boolean;
}
