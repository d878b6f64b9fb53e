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

/** @param databaseCollation undefined where no one sees it: then nothing can be compared with it */
export async function askStoredPrograms(
  session: Session,
  where: Where,
  flavour: 'mysql' | 'mariadb',
  databaseCollation: unknown,
): Promise<StoredPrograms> {
  const asked = (question: Question) => rowsOf(session, where, withGarbled(question, flavour));
  // A kind that only a newer server has can't be compared with the dump.
  const routines = (await asked(ROUTINES)).filter(([, type]) => KIND_OF_ROUTINE[type as string]);
  const triggers = await asked(TRIGGERS);
  const { rows: events, disabled } = await askEvents(session, where.database, () => asked(EVENTS));
  const programs = [...routines.map(routineOf), ...triggers.map(triggerOf), ...events.map(eventOf)];
  const isFormer = (collation: unknown) =>
    databaseCollation !== undefined && collation !== null && collation !== databaseCollation;
  return {
    programs: programs.map(boundObject),
    triggerTables: new Map(triggers.map(([name, table]) => [name as string, table as string])),
    endlessEvents: events.filter(([, isEndless]) => Number(isEndless) === 1).map(([name]) => name as string),
    eventSchedules: events.map(([name, , , ...columns]) => eventSchedule(name as string, columns)),
    disabledEvents: disabled,
    closedRoutines: routines.filter(([, , isClosed]) => Number(isClosed) === 1).map(([name]) => name as string),
    nameBound: { ofFormerCollation: programs.filter(({ collation }) => isFormer(collation)).map(boundObject) },
    garbled: programs.flatMap(program => garbledObject(boundObject(program), program.garbled)),
  };
}

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

function withGarbled([schema, columns, view]: Question, flavour: 'mysql' | 'mariadb'): Question {
  return [schema, `${columns}, ${garbledColumn(view as 'routines' | 'triggers' | 'events', flavour)}`, view];
}

function routineOf([name, type, , collation, garbled]: Row): Program {
  return { kind: KIND_OF_ROUTINE[type as string]!, name: name as string, collation, garbled };
}

function triggerOf([name, table, collation, garbled]: Row): Program {
  return { kind: 'triggers', name: name as string, table: table as string, collation, garbled };
}

function eventOf(row: Row): Program {
  return { kind: 'events', name: row[0] as string, collation: row[2], garbled: row.at(-1) };
}

function boundObject({ kind, name, table }: Program): BoundObject {
  return { kind, name, ...(table !== undefined && { table }) };
}
