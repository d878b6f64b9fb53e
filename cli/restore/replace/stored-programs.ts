import type { ObjectKind } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { StateRow } from './state-table.ts';

/** What does not move with RENAME TABLE: a view, trigger, routine, package or event. */
export interface StoredProgram {
  readonly kind: ObjectKind;
  readonly name: string;
}

/** What must be gone before tables move: a trigger keeps its table, an event would run in between, a view may have a table's name. */
export const BOUND_KINDS = ['events', 'triggers', 'views'] as const satisfies readonly ObjectKind[];

/** What is dropped only when the tables have moved. A package body goes before its package. */
export const ROUTINE_KINDS = [
  'procedures',
  'functions',
  'package_bodies',
  'packages',
] as const satisfies readonly ObjectKind[];

export const PROGRAM_KINDS = [...BOUND_KINDS, ...ROUTINE_KINDS];

const SQL_WORDS: Readonly<Partial<Record<ObjectKind, string>>> = {
  ...{ events: 'event', triggers: 'trigger', views: 'view', procedures: 'procedure', functions: 'function' },
  ...{ packages: 'package', package_bodies: 'package body' },
};

/** Drops one where it is there. */
export async function dropProgram(session: Session, database: string, program: StoredProgram): Promise<void> {
  const statement = `drop ${SQL_WORDS[program.kind]} if exists ${quotedName(database, program.name)}`;
  await inModeOf(session, program, () => session.ask(statement));
}

/** Servers before MariaDB 11 know packages only in the SQL mode of Oracle. */
async function inModeOf<T>(session: Session, { kind }: StoredProgram, work: () => Promise<T>): Promise<T> {
  if (kind !== 'packages' && kind !== 'package_bodies') return work();
  await session.ask("set session sql_mode = 'ORACLE'");
  const result = await work();
  await session.ask("set session sql_mode = ''");
  return result;
}

/** @returns its name in a state table */
export function programKey({ kind, name }: StoredProgram): string {
  return `${kind} ${name}`;
}

/** @returns what such a name stands for */
export function programOf(key: string): StoredProgram {
  const blank = key.indexOf(' ');
  const kind = PROGRAM_KINDS.find(kind => kind === key.slice(0, blank));
  if (!kind) throw new Error(`the state table has an unknown kind of object: ${key}`);
  return { kind, name: key.slice(blank + 1) };
}

/** A definition that the server does not show to this user: it could not be made again. */
export class HiddenDefinition extends Error {
  readonly program: StoredProgram;

  constructor(program: StoredProgram, options?: ErrorOptions) {
    super(`the definition of ${SQL_WORDS[program.kind]} ${program.name} can't be read`, options);
    this.program = program;
  }
}

/**
 * Asks the server for the definitions, so that they can be made again where a swap has to be undone.
 * @returns for each its settings and its statement, to be sent in this order with the database as the default one; nothing of a routine
 *   of another user's, which MariaDB shows only to users that read mysql.proc: the safety backup has it
 * @throws {HiddenDefinition} for all others that are not shown
 */
export async function* definitionsOf(
  session: Session,
  database: string,
  programs: readonly StoredProgram[],
): AsyncGenerator<StateRow> {
  for (const program of programs) {
    const shown = await show(session, database, program).catch(error => {
      if (error instanceof HiddenDefinition && isRoutine(program)) return undefined;
      throw error;
    });
    if (!shown) continue;
    const row = (statement: string): StateRow => ({
      ...{ kind: 'old statement', name: programKey(program), statement: Buffer.from(statement) },
    });
    for (const setting of shown.settings) yield row(setting);
    yield row(shown.statement);
  }
}

function isRoutine({ kind }: StoredProgram): boolean {
  return ROUTINE_KINDS.some(routine => routine === kind);
}

async function show(session: Session, database: string, program: StoredProgram) {
  const { kind, name } = program;
  const question = `show create ${SQL_WORDS[kind]} ${quotedName(database, name)}`;
  const [row] = await inModeOf(session, program, () => session.ask(question)).catch(error => {
    throw new HiddenDefinition(program, { cause: error });
  });
  const places = PLACES[kind] ?? ROUTINE;
  const value = (place: number | undefined) => (place === undefined ? undefined : row?.[place]);
  const statement = value(places.statement);
  if (typeof statement !== 'string' || statement === '') throw new HiddenDefinition(program);
  const [sqlMode, zone] = [value(places.sqlMode), value(places.zone)];
  const settings = [
    charactersOf(String(value(places.client)), String(value(places.collation))),
    `set session sql_mode = ${quoted(String(sqlMode ?? ''))}`,
    ...(zone === undefined ? [] : [`set session time_zone = ${quoted(String(zone))}`]),
  ];
  return { settings, statement };
}

interface Places {
  readonly statement: number;
  readonly client: number;
  readonly collation: number;
  readonly sqlMode?: number;
  readonly zone?: number;
}

/** Where the columns of SHOW CREATE … stand. */
const ROUTINE: Places = { sqlMode: 1, statement: 2, client: 3, collation: 4 };
const PLACES: Readonly<Partial<Record<ObjectKind, Places>>> = {
  views: { statement: 1, client: 2, collation: 3 },
  events: { sqlMode: 1, zone: 2, statement: 3, client: 4, collation: 5 },
};

/** The server shows a definition in the character set of the connection, UTF-8: so it is sent again, also where it was made in another one. */
function charactersOf(client: string, collation: string): string {
  const isUtf8 = /^utf8/.test(client) && /^\w+$/.test(client + collation);
  return isUtf8 && collation.startsWith(client) ? `set names ${client} collate ${collation}` : 'set names utf8mb4';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
