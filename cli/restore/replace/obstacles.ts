import { restoredName } from '../../../protocol/database-name.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { ExplainedError, messageOf } from '../../errors.ts';
import type { Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { formatBytes } from '../../terminal/format.ts';
import { namesToType } from '../by-hand/restore-call.ts';
import { askDatabaseObjects } from '../target/database-objects.ts';
import { askKeysInto, type KeyInto } from '../target/keys-into.ts';
import type { ReplaceOrder } from './replace-order.ts';
import { definitionsOf, HiddenDefinition, PROGRAM_KINDS, type StoredProgram } from './stored-programs.ts';

/** Why a database can't be replaced, and what to do. */
export interface Obstacle {
  readonly message: string;
  readonly advice: string;
}

type Question = Pick<ReplaceOrder, 'database' | 'tables' | 'again'> & {
  /** The tables of the backup; undefined where they are not known. */
  readonly incoming?: readonly string[] | undefined;
  readonly server: Pick<ServerFacts, 'flavour' | 'ignoresCase' | 'maxPacketBytes'>;
};

/** Looks for what prevents a swap of a database, or of some of its tables. Changes nothing. */
export async function swapObstacles(session: Session, question: Question): Promise<Obstacle[]> {
  const { database, server, tables } = question;
  const where = { database, ignoresCase: server.ignoresCase };
  const found = await askDatabaseObjects(session, where);
  const isChosen = (table: string) => tables === undefined || tables.has(table);
  const { keys } = await askKeysInto(session, where, server.flavour);
  const same = (name: string) => (server.ignoresCase ? name.toLowerCase() : name);
  const isHere = (key: KeyInto) => same(key.database) === same(database);
  const staying = keys.filter(key => isChosen(key.toTable) && !(isHere(key) && isChosen(key.table)));
  const programs: StoredProgram[] = tables
    ? found.triggers.filter(({ table }) => isChosen(table)).map(({ name }) => ({ kind: 'triggers', name }))
    : PROGRAM_KINDS.flatMap(kind => found.names[kind].map(name => ({ kind, name })));
  const views = tables === undefined ? [] : found.names.views.filter(isChosen);
  return [
    ...(staying.length > 0 ? [referenced(question, staying, tables && withReferring(tables, keys, isHere))] : []),
    ...(views.length > 0 ? [areViews(views, question)] : []),
    ...(await hidden(session, database, programs)),
    ...tooMany(found.names.tables.filter(isChosen), question),
  ];
}

/** @returns the command that loads the backup beside the database */
function beside({ database, again }: Question): string {
  return again({ into: restoredName(database), replace: undefined });
}

/** @returns the tables with those that refer to them, and to these; undefined where one of another database does */
function withReferring(
  tables: ReadonlySet<string>,
  keys: readonly KeyInto[],
  isHere: (key: KeyInto) => boolean,
): readonly string[] | undefined {
  const all = new Set(tables);
  // What is added while this goes on is visited, too.
  for (const name of all)
    for (const key of keys.filter(({ toTable }) => toTable === name)) {
      if (!isHere(key)) return undefined;
      all.add(key.table);
    }
  return [...all];
}

function referenced(question: Question, keys: readonly KeyInto[], together: readonly string[] | undefined): Obstacle {
  const { database, again } = question;
  const others = `drop these keys (ALTER TABLE … DROP FOREIGN KEY …) and add them again afterwards. Or restore beside it: ${beside(question)}`;
  const names = keys.map(key => `${key.database}.${key.table} (${key.name}, to ${key.toTable})`);
  return {
    message: `foreign keys of tables that stay reference tables of ${database}: ${firstNames(names)}; they would follow the old tables`,
    advice: together
      ? `Replace those tables, too: ${again({ tables: namesToType(together) })}. Or ${others}`
      : `${others.charAt(0).toUpperCase()}${others.slice(1)}`,
  };
}

function areViews(names: readonly string[], { tables, again }: Question): Obstacle {
  const others = [...tables!].filter(name => !names.includes(name));
  return {
    message: `these are views in the database, not tables: ${firstNames(names)}`,
    advice: `Drop the views first${others.length === 0 ? '.' : `, or leave them out: ${again({ tables: namesToType(others) })}`}`,
  };
}

/** What can't be read can't be made again where a swap has to be undone. */
async function hidden(session: Session, database: string, programs: readonly StoredProgram[]): Promise<Obstacle[]> {
  try {
    for await (const _row of definitionsOf(session, database, programs));
    return [];
  } catch (error) {
    if (!(error instanceof HiddenDefinition)) throw error;
    return [obstacleOf(error)];
  }
}

function obstacleOf(error: HiddenDefinition): Obstacle {
  const reason = error.cause === undefined ? '' : ` (${messageOf(error.cause)})`;
  return {
    message: `${error.message}${reason}, so it could not be made again if the replace has to be undone`,
    advice:
      'Restore as a user that may read it (SHOW VIEW, TRIGGER and EVENT on the database), or drop it, if no one needs it.',
  };
}

/** @throws {ExplainedError} for a definition that can no longer be read; anything else as it is */
export function hiddenDefinition(error: unknown): never {
  if (!(error instanceof HiddenDefinition)) throw error;
  const { message, advice } = obstacleOf(error);
  throw new ExplainedError(`nothing was replaced: ${message}`, { cause: error, advice });
}

/** All tables are renamed by one statement, so that the server puts back what it has moved where it fails. */
function tooMany(tables: readonly string[], question: Question): Obstacle[] {
  const { database, incoming = tables, server } = question;
  const { maxPacketBytes } = server;
  const around = 2 * Buffer.byteLength(database) + '__lumbung_staging'.length + '``.`` to ``.``, '.length;
  // The old ones go out, the new ones come in.
  const bytes = [...tables, ...incoming].reduce((sum, name) => sum + 2 * Buffer.byteLength(name) + around, 0);
  if (bytes < maxPacketBytes) return [];
  return [
    {
      message: `${tables.length} tables of ${database} and ${incoming.length} of the backup can't be renamed by one statement: it would have ${formatBytes(bytes)}, and the server takes ${formatBytes(maxPacketBytes)}`,
      advice: `Raise max_allowed_packet on the server, or restore beside it: ${beside(question)}`,
    },
  ];
}
