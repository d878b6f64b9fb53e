import { restoredName } from '../../../protocol/database-name.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { rowsOf, type Where } from '../../preflight/source/information-schema.ts';
import { count } from '../../terminal/format.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import { swapCutOff } from '../replace/earlier-restore.ts';
import type { RestoreState } from '../replace/state-table.ts';
import { askDatabaseObjects, countObjects } from '../target/database-objects.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { type Checked, NOTHING_WRONG, problem } from './problem.ts';

/** What the database that is filled is now. */
export interface DatabaseState {
  readonly isThere: boolean;
  /** Objects of all kinds. */
  readonly objects: number;
  /** Names of its tables, views and sequences. */
  readonly relations: readonly string[];
  readonly hasRoutines: boolean;
  /** What an earlier replace has left that was killed in the middle of its swap. */
  readonly swapCutOff: RestoreState | undefined;
}

export async function askDatabaseState(session: Session, where: Where): Promise<DatabaseState> {
  const [schema] = await rowsOf(session, where, SCHEMA);
  const cutOff = await swapCutOff(session, where);
  if (!schema) return { isThere: false, objects: 0, relations: [], hasRoutines: false, swapCutOff: cutOff };
  const found = await askDatabaseObjects(session, where);
  const { tables, views, sequences } = found.names;
  const relations = [...tables, ...views, ...sequences];
  const { procedures, functions, packages } = found.names;
  const hasRoutines = [procedures, functions, packages].some(names => names.length > 0);
  return { isThere: true, objects: countObjects(found), relations, hasRoutines, swapCutOff: cutOff };
}

const SCHEMA = ['schema_name', 'default_collation_name', 'schemata'] as const;

const SYSTEM = new Set(['mysql', 'sys', 'information_schema', 'performance_schema']);

interface Options {
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly call: RestoreCall;
  readonly ignoresCase: boolean;
}

/** What is there stays, unless someone says that it goes. */
export async function checkDatabase(session: Session, state: DatabaseState, options: Options): Promise<Checked> {
  const { target, wish, call } = options;
  const { database } = target;
  if (SYSTEM.has(database.toLowerCase()))
    return problem(`${database} is a database of the server itself`, 'Restore it under another name: --into NAME.');
  if (wish.mode === 'replace' || !state.isThere || state.swapCutOff) return NOTHING_WRONG;
  if (wish.parts === 'data') return NOTHING_WRONG;
  const tables = wish.tables?.filter(table => state.relations.includes(table));
  if (tables ? tables.length === 0 : state.objects === 0) return NOTHING_WRONG;
  const what = tables
    ? `${database} already has ${tables.join(', ')}`
    : `the database ${database} is there, and not empty (${count(state.objects, 'object')})`;
  const copy = call.again({ into: await freeName(session, options), replace: undefined });
  if (wish.mode === 'new') {
    const drop = tables
      ? `DROP TABLE ${tables.map(table => quotedName(database, table)).join(', ')};`
      : `DROP DATABASE ${quotedName(database)};`;
    return problem(what, `To restore into another one: ${copy}. Or, if no one needs what is there: ${drop}`);
  }
  const which = tables ? (tables.length === 1 ? 'that table only' : 'those tables only') : 'it';
  return problem(
    what,
    `To restore beside it: ${copy}. To replace ${which} (a backup of it is made first): ${call.again({ replace: true })}`,
  );
}

/** @returns the name of a database beside the wanted one that does not exist, as far as this user sees */
async function freeName(session: Session, { target: { database, entry }, ignoresCase }: Options): Promise<string> {
  const first = restoredName(entry?.database ?? database);
  for (let n = 1; n < 100; n++) {
    const name = n === 1 ? first : `${[...first].slice(0, 60).join('')}_${n}`;
    if ((await rowsOf(session, { database: name, ignoresCase }, SCHEMA)).length === 0) return name;
  }
  return first;
}
