import type { ObjectKind } from '../../../protocol/manifest.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import { askEvents, type DisabledEvents } from './disabled-events.ts';
import { type EventSchedule, eventSchedule, SCHEDULE_COLUMNS } from './event-schedules.ts';
import { type GarbledObject, garbledColumn, garbledObject } from './garbled-names.ts';
import type { BoundObject, HardcodedNames } from './hardcoded-names.ts';
import { type Question, rowsOf, type Where } from './information-schema.ts';

/** The routines, triggers and events of a database. */
export interface StoredPrograms {
  readonly programs: readonly BoundObject[];
  /** The table of each trigger, by the trigger's name. */
  readonly triggerTables: ReadonlyMap<string, string>;
  /** Events with `;;` in their SHOW CREATE EVENT: mysqldump looks for another delimiter for them, and never ends. */
  readonly endlessEvents: readonly string[];
  readonly eventSchedules: readonly EventSchedule[];
  /** Where the server answers no question about events. */
  readonly disabledEvents?: DisabledEvents | undefined;
  /** Routines that are seen, but not what is in them. */
  readonly closedRoutines: readonly string[];
  readonly nameBound: HardcodedNames;
  /** What comes back with another name, comment or definer. */
  readonly garbled: readonly GarbledObject[];
}

interface Program extends BoundObject {
  readonly collation: unknown;
  /** Of garbledColumn. */
  readonly garbled: unknown;
}

interface Routine extends Program {
  /** Whether it is seen, but not what is in it. */
  readonly isClosed: boolean;
}

interface Trigger extends Program {
  readonly table: string;
}

interface DatabaseEvent extends Program {
  readonly isEndless: boolean;
  readonly schedule: EventSchedule;
}

/** @param databaseCollation undefined where no one sees it: then nothing can be compared with it */
export async function askStoredPrograms(
  session: Session,
  where: Where,
  flavour: 'mysql' | 'mariadb',
  databaseCollation: unknown,
): Promise<StoredPrograms> {
  const asked = (question: ProgramQuestion) => rowsOf(session, where, withGarbled(question, flavour));
  const routines = (await asked(ROUTINES)).flatMap(routineOf);
  const triggers = (await asked(TRIGGERS)).map(triggerOf);
  const { rows, disabled } = await askEvents(session, where.database, () => asked(EVENTS));
  const events = rows.map(eventOf);
  const programs: Program[] = [...routines, ...triggers, ...events];
  const isFormer = (collation: unknown) =>
    databaseCollation !== undefined && collation !== null && collation !== databaseCollation;
  return {
    programs: programs.map(boundObject),
    triggerTables: new Map(triggers.map(({ name, table }) => [name, table])),
    endlessEvents: events.filter(({ isEndless }) => isEndless).map(({ name }) => name),
    eventSchedules: events.map(({ schedule }) => schedule),
    disabledEvents: disabled,
    closedRoutines: routines.filter(({ isClosed }) => isClosed).map(({ name }) => name),
    nameBound: { ofFormerCollation: programs.filter(({ collation }) => isFormer(collation)).map(boundObject) },
    garbled: programs.flatMap(program => garbledObject(boundObject(program), program.garbled)),
  };
}

type ProgramQuestion = readonly [schema: string, columns: string, view: 'routines' | 'triggers' | 'events'];

const ROUTINES = [
  'routine_schema',
  'routine_name, routine_type, routine_definition is null, database_collation',
  'routines',
] as const;
/** By the database of the tables, which is that of the triggers: asked by `trigger_schema`, MariaDB opens the tables of all databases. */
const TRIGGERS = ['event_object_schema', 'trigger_name, event_object_table, database_collation', 'triggers'] as const;
/** What SHOW CREATE EVENT puts together, in which mysqldump looks for `;;`. */
const EVENT_TEXT = `concat_ws(' ', definer, event_name, event_comment, event_definition)`;
const EVENTS = [
  'event_schema',
  `event_name, instr(${EVENT_TEXT}, ';;') > 0, database_collation, ${SCHEDULE_COLUMNS}`,
  'events',
] as const;

const KIND_OF_ROUTINE: Readonly<Record<string, ObjectKind>> = {
  PROCEDURE: 'procedures',
  FUNCTION: 'functions',
  PACKAGE: 'packages',
  'PACKAGE BODY': 'package_bodies',
};

function withGarbled([schema, columns, view]: ProgramQuestion, flavour: 'mysql' | 'mariadb'): Question {
  return [schema, `${columns}, ${garbledColumn(view, flavour)}`, view];
}

/** A kind that only a newer server has can't be compared with the dump. */
function routineOf([name, type, isClosed, collation, garbled]: Row): Routine[] {
  const kind = KIND_OF_ROUTINE[String(type)];
  return kind ? [{ kind, name: String(name), isClosed: Number(isClosed) === 1, collation, garbled }] : [];
}

function triggerOf([name, table, collation, garbled]: Row): Trigger {
  return { kind: 'triggers', name: String(name), table: String(table), collation, garbled };
}

function eventOf([name, isEndless, collation, ...others]: Row): DatabaseEvent {
  const about = { kind: 'events', name: String(name), collation, garbled: others.at(-1) } as const;
  return { ...about, isEndless: Number(isEndless) === 1, schedule: eventSchedule(about.name, others) };
}

function boundObject({ kind, name, table }: Program): BoundObject {
  return { kind, name, ...(table !== undefined && { table }) };
}
