import { ExplainedError } from '../../errors.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { type Verification, verifyLoaded } from '../verify/verify-loaded.ts';
import {
  type EarlierRestore,
  findEarlierRestore,
  isOnlyPrepared,
  isStagingLeft,
  unfinishedSwap,
  whatIsInTheWay,
} from './earlier-restore.ts';
import { afterSwap, beforeSwap, endCutOffSwap, swapOrUndo } from './finish-swap.ts';
import { hiddenDefinition, swapObstacles } from './obstacles.ts';
import { prepareSwap } from './prepare-swap.ts';
import { checkReplaceLock, takeReplaceLock } from './replace-lock.ts';
import { OWN_TABLES, type ReplaceNames } from './replace-names.ts';
import type { ReplaceOrder, ReplaceResult } from './replace-order.ts';
import { dropStaging, makeStaging } from './staging.ts';
import { type RestoreState, StateTable } from './state-table.ts';
import { LOCK_WAIT_SECONDS, type SwapTools } from './swap.ts';

/**
 * Replaces a database by a backup: a safety backup first; then the backup is loaded into a database beside it and verified there; only
 * then the two change places. The old tables stay in a database of their own (docs/explanation/decisions).
 * @throws {ExplainedError} when nothing was replaced, or when the swap was cut off: the message says where the old data is; the
 *   signal's reason when aborted before the swap
 */
export async function replaceDatabase(order: ReplaceOrder): Promise<ReplaceResult> {
  const { database, server, signal } = order;
  using guard = await order.open(signal);
  await takeReplaceLock(guard, order);
  const earlier = await findEarlierRestore(guard, database, server.ignoresCase);
  const finished = await finishEarlier(order, earlier);
  if (finished) return finished;
  await refuseObstacles(guard, order);

  order.onStep?.('safety backup');
  const safetyBackup = await order.safetyBackup();
  order.onStep?.('load');
  const { names } = earlier;
  const left = (await findEarlierRestore(guard, database, server.ignoresCase)).staging;
  const staging = await beforeSwap(order, names.staging, () =>
    makeStaging(guard, { staging: names.staging, left }, order),
  );
  await beforeSwap(order, names.staging, () => order.load(names.staging));
  order.onStep?.('verify');
  const verification = await beforeSwap(order, names.staging, () => verify(order, names.staging, { readsRows: true }));
  const result = { verification, safetyBackup, stagingDatabase: names.staging, oldDatabase: undefined, notes: [] };
  if (!verification.agrees) return { ...result, end: 'differs' };
  await beforeSwap(order, names.staging, () => markVerified(staging));

  signal.throwIfAborted();
  order.onStep?.('swap');
  await beforeSwap(order, names.staging, () => checkReplaceLock(guard, order));
  const { verification: swapped, notes } = await swap(order, safetyBackup.where);
  const done = { ...result, notes, stagingDatabase: undefined, oldDatabase: names.old };
  return swapped.agrees ? { ...done, end: 'replaced' } : { ...done, end: 'differs', verification: swapped };
}

/** No server can move a table together with its triggers. */
function withoutTriggers(ms: number): string {
  return `The new tables were in place for ${ms} ms before their triggers: what an application wrote in that time ran no trigger.`;
}

async function markVerified(staging: StateTable): Promise<void> {
  const state = await staging.state();
  if (state) await staging.change({ ...state, state: 'verified' });
}

/** Ends what an earlier run could not. @returns its result where this backup is in place now */
async function finishEarlier(order: ReplaceOrder, earlier: EarlierRestore): Promise<ReplaceResult | undefined> {
  const [state, done] = [unfinishedSwap(earlier), isStagingLeft(earlier)];
  if (!state && !done) return undefined;
  order.onStep?.('finish an earlier swap');
  await using tools = await swapTools(order);
  if (state && (await endCutOffSwap(tools, state)) === 'undone') return undefined;
  await dropStaging(tools.session, tools);
  return resultOfEarlier(order, (state ?? done)!, tools.names);
}

async function resultOfEarlier(order: ReplaceOrder, state: RestoreState, names: ReplaceNames): Promise<ReplaceResult> {
  const { database, backup, again } = order;
  if (state.backup !== backup.fileName)
    throw new ExplainedError(
      `an earlier restore of ${state.backup} into ${database} had been cut off in its last step, and has been finished now; ${backup.fileName} was not restored`,
      {
        advice: `Check ${database}. Its old tables are in ${names.old}; to restore ${backup.fileName}: DROP DATABASE ${quotedName(names.old)}; then: ${again()}`,
      },
    );
  const verification = await verify(order, database, { readsRows: true });
  return {
    ...{ end: verification.agrees ? 'finished' : 'differs', verification, stagingDatabase: undefined, notes: [] },
    ...{ oldDatabase: names.old, safetyBackup: state.safety === undefined ? undefined : { where: state.safety } },
  };
}

/** @throws {ExplainedError} with all that prevents a swap, before anything is done */
async function refuseObstacles(session: Session, order: ReplaceOrder): Promise<void> {
  const { database, server, tables, expected, again } = order;
  const incoming = expected.inventory.tables.map(({ name }) => name);
  const [earlier, obstacles] = [
    await findEarlierRestore(session, database, server.ignoresCase),
    await swapObstacles(session, { database, server, tables, incoming, again }),
  ];
  const inTheWay = whatIsInTheWay(earlier);
  const [first, ...more] = [...(inTheWay ? [inTheWay] : []), ...obstacles];
  if (first)
    throw new ExplainedError(
      `the database ${database} can't be replaced: ${[first, ...more].map(({ message }) => message).join('; ')}`,
      { advice: [first, ...more].map(({ advice }) => advice).join(' ') },
    );
  if (isOnlyPrepared(earlier)) await session.ask(`drop database ${quotedName(earlier.names.old)}`);
}

/** @returns what the look at the names has shown, when the new objects are in place */
async function swap(
  order: ReplaceOrder,
  safety: string,
): Promise<{ readonly verification: Verification; readonly notes: readonly string[] }> {
  await using tools = await swapTools(order);
  const prepare = () => prepareSwap(tools, order, safety).catch(hiddenDefinition);
  const state = await beforeSwap(order, tools.names.staging, prepare);
  const { withoutTriggersMs } = await swapOrUndo(tools, state);
  const verification = await afterSwap(tools, async () => {
    await dropStaging(tools.session, tools);
    // What has been swapped is looked at also after Ctrl-C.
    return verify({ ...order, signal: new AbortController().signal }, order.database, { readsRows: false });
  });
  return { verification, notes: withoutTriggersMs > 0 ? [withoutTriggers(withoutTriggersMs)] : [] };
}

/** Its connections are not ended by Ctrl-C. */
async function swapTools(order: ReplaceOrder): Promise<SwapTools & AsyncDisposable> {
  const { database, server, lockWaitSeconds = LOCK_WAIT_SECONDS } = order;
  const open = async () => {
    const session = await order.open(new AbortController().signal);
    await session.ask(`set session lock_wait_timeout = ${lockWaitSeconds}, sql_mode = '', sql_quote_show_create = 1`);
    // Some servers want a right for that, and most tables do not need it.
    await session.ask('set session innodb_strict_mode = 0').catch(() => {});
    return session;
  };
  const session = await open();
  const { names } = await findEarlierRestore(session, database, server.ignoresCase);
  return {
    ...{ session, open, database, names, ignoresCase: server.ignoresCase, table: new StateTable(session, names.old) },
    command: order.again(),
    [Symbol.asyncDispose]: async () => session[Symbol.dispose](),
  };
}

function verify(order: ReplaceOrder, database: string, { readsRows }: { readsRows: boolean }): Promise<Verification> {
  const { expected, server, jobs, onVerified } = order;
  return verifyLoaded({
    ...{ database, expected, ignoresCase: server.ignoresCase, jobs, readsRows },
    ...{ ignored: OWN_TABLES, onProgress: onVerified, open: () => order.open(order.signal) },
  });
}
