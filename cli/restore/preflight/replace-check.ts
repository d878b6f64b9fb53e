import type { Manifest } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import type { Where } from '../../preflight/source/information-schema.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import { findEarlierRestore, whatIsInTheWay } from '../replace/earlier-restore.ts';
import { swapObstacles } from '../replace/obstacles.ts';
import type { RestoreState } from '../replace/state-table.ts';
import { askDependents, describeDependents } from '../target/dependents.ts';
import { askKeysInto } from '../target/keys-into.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import type { DatabaseState } from './database-check.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

interface Options {
  readonly facts: TargetFacts;
  readonly wish: RestoreWish;
  readonly where: Where;
  readonly call: RestoreCall;
  readonly manifest: Manifest | undefined;
}

/** @returns the command that finishes or undoes a swap that was cut off: that of the restore which began it */
function finishing({ command }: RestoreState, call: RestoreCall): string {
  return command ?? call.again({ into: undefined, replace: true });
}

/** Checks whether what is there can be replaced at all, before anything is done. */
export async function checkReplace(session: Session, state: DatabaseState, options: Options): Promise<Checked> {
  const { facts, wish, where, call, manifest } = options;
  const { database } = where;
  if (state.swapCutOff)
    return wish.mode === 'replace'
      ? warning(`an earlier restore of ${database} was cut off in its last step: it is finished or undone first`)
      : problem(
          `an earlier restore of ${database} was cut off in its last step: tables may be in two databases, and views, triggers, routines and events may be missing`,
          `Finish or undo it first: ${finishing(state.swapCutOff, call)}`,
        );
  if (wish.mode !== 'replace' || state.objects === 0) return NOTHING_WRONG;
  const tables = wish.tables && new Set(wish.tables);
  const incoming = wish.tables ?? manifest?.inventory.tables.map(({ name }) => name);
  const obstacles = await swapObstacles(session, {
    ...{ database, server: facts, tables, incoming },
    again: changes => call.again(changes),
  });
  const inTheWay = whatIsInTheWay(await findEarlierRestore(session, database, facts.ignoresCase));
  const { isAll } = await askKeysInto(session, where, facts.flavour);
  return together([
    ...[...obstacles, ...(inTheWay ? [inTheWay] : [])].map(({ message, advice }) => problem(message, advice)),
    isAll ? NOTHING_WRONG : warning(NOT_ALL_SEEN),
    manifest?.inventory.triggers.length === 0 ? NOTHING_WRONG : warning(WITHOUT_TRIGGERS),
    ...describeDependents(database, await askDependents(session, where, facts)).map(line => warning(line)),
  ]);
}

const WITHOUT_TRIGGERS =
  'triggers are made right behind the swap: what an application writes in those milliseconds runs no trigger; so stop it before, if that matters. The result says how long it was';

const NOT_ALL_SEEN =
  'foreign keys of other databases that reference these tables are seen only where this user may read them; with the right PROCESS it sees all';
