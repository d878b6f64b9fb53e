import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { rowsOf, type Where } from '../../preflight/source/information-schema.ts';
import { count } from '../../terminal/format.ts';
import { shellWord } from '../../terminal/shell-word.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { askDatabaseObjects, countObjects } from '../target-database/database-objects.ts';
import { type Checked, NOTHING_WRONG, problem } from './problem.ts';
import { isSwapCutOff } from './swap-cut-off.ts';

/** What the database that is filled is now. */
export interface DatabaseState {
  readonly isThere: boolean;
  /** Objects of all kinds. */
  readonly objects: number;
  /** Names of its tables, views and sequences. */
  readonly relations: readonly string[];
  readonly hasRoutines: boolean;
  /** An earlier replace was killed in the middle of its swap. */
  readonly isSwapCutOff: boolean;
}

export async function askDatabaseState(session: Session, where: Where): Promise<DatabaseState> {
  const [schema] = await rowsOf(session, where, SCHEMA);
  const isCutOff = await isSwapCutOff(session, where);
  if (!schema) return { isThere: false, objects: 0, relations: [], hasRoutines: false, isSwapCutOff: isCutOff };
  const found = await askDatabaseObjects(session, where);
  const { tables, views, sequences } = found.names;
  const relations = [...tables, ...views, ...sequences];
  const { procedures, functions, packages } = found.names;
  const hasRoutines = [procedures, functions, packages].some(names => names.length > 0);
  return { isThere: true, objects: countObjects(found), relations, hasRoutines, isSwapCutOff: isCutOff };
}

const SCHEMA = ['schema_name', 'default_collation_name', 'schemata'] as const;

const SYSTEM = new Set(['mysql', 'sys', 'information_schema', 'performance_schema']);

/** What is there stays, unless someone says that it goes. */
export function checkDatabase(
  state: DatabaseState,
  { target: { database }, wish }: { readonly target: RestoreTarget; readonly wish: RestoreWish },
): Checked {
  if (SYSTEM.has(database.toLowerCase()))
    return problem(`${database} is a database of the server itself`, 'Restore it under another name: --into NAME.');
  if (wish.mode === 'replace' || !state.isThere || state.isSwapCutOff) return NOTHING_WRONG;
  if (wish.parts === 'data') return NOTHING_WRONG;
  if (wish.tables) return checkTables(state, wish.tables, database);
  if (state.objects === 0) return NOTHING_WRONG;
  const advice =
    wish.mode === 'new'
      ? `Name a database that does not exist with --into; or, if no one needs it: DROP DATABASE ${quotedName(database)};`
      : `To restore beside it: --into ${beside(database)}. To replace it: --replace, which first makes a backup of it.`;
  return problem(`the database ${database} is there, and not empty (${count(state.objects, 'object')})`, advice);
}

/** @returns a name for a copy, as it is typed into a shell */
function beside(database: string): string {
  return shellWord(`${database}_restored`);
}

function checkTables({ relations }: DatabaseState, tables: readonly string[], database: string): Checked {
  const there = tables.filter(table => relations.includes(table));
  if (there.length === 0) return NOTHING_WRONG;
  return problem(
    `${database} already has ${there.join(', ')}`,
    `To restore beside it: --into ${beside(database)}. To replace ${there.length === 1 ? 'that table' : 'those tables'} only: --replace, which first makes a backup of the database.`,
  );
}
