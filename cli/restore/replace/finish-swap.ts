import { codeOf, ExplainedError, messageOf } from '../../errors.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { driverErrorOf, isServersAnswer } from '../../mysql/servers-answer.ts';
import { STATE_TABLE } from './replace-names.ts';
import type { ReplaceOrder } from './replace-order.ts';
import type { RestoreState } from './state-table.ts';
import { hasMoved, type SwapTools, swapBack, swapForward } from './swap.ts';

/** Does what goes before a swap. @throws {ExplainedError} which says that nothing was replaced; the signal's reason when aborted */
export async function beforeSwap<T>(
  { database, signal, again }: Pick<ReplaceOrder, 'database' | 'signal' | 'again'>,
  staging: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !isExpected(error)) throw error;
    const advice = error instanceof ExplainedError ? error.advice : undefined;
    throw new ExplainedError(`${messageOf(error)}; the database ${database} is as it was`, {
      cause: error,
      advice: `${advice ?? 'Check what the server says.'} What was loaded is in ${staging}. To remove it: DROP DATABASE ${quotedName(staging)}; To remove it and start again: ${again()}`,
    });
  }
}

/** Does what goes behind a swap. @throws {ExplainedError} which says that the new data is in place */
export async function afterSwap<T>({ database, names, command }: SwapTools, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    throw new ExplainedError(
      `the database ${database} has been replaced, its old tables are in ${names.old}, but then: ${messageOf(error)}`,
      {
        cause: error,
        advice: `If there still is a database ${names.staging}, this drops it, and compares ${database} with the backup: ${command}`,
      },
    );
  }
}

/** No defect of ours: it is explained, or comes from the server or from the line to it. */
function isExpected(error: unknown): boolean {
  return error instanceof ExplainedError || isServersAnswer(error) || codeOf(error) !== undefined;
}

/**
 * Swaps, and undoes that where the server refuses a step of it.
 * @returns for how long the new tables were there without their triggers
 * @throws {ExplainedError} which says where the old data is
 */
export async function swapOrUndo(tools: SwapTools, state: RestoreState): Promise<{ withoutTriggersMs: number }> {
  let swapped: { withoutTriggersMs: number };
  try {
    swapped = await swapForward(tools, state);
  } catch (error) {
    if (!isServersAnswer(error)) throw cutOff(tools, error);
    const lost = await undo(tools, state).catch(reason => {
      throw cutOff(tools, reason, error);
    });
    throw new ExplainedError(
      `the database ${tools.database} could not be replaced: ${messageOf(error)}; it is as it was${lost.length > 0 ? `, but for what could not be made again: ${lost.join('; ')}` : ''}`,
      {
        cause: error,
        advice: LOCKED.has(driverErrorOf(error).errno ?? 0) ? WAIT + tools.command : TRY_AGAIN + tools.command,
      },
    );
  }
  await tools.table.change({ ...state, state: 'done' });
  return swapped;
}

/**
 * Ends a swap that was cut off: forward where tables have been moved, back where not, or where it was being undone.
 * @returns which way
 */
export async function endCutOffSwap(tools: SwapTools, state: RestoreState): Promise<'finished' | 'undone'> {
  if (state.state === 'undoing' || !(await hasMoved(tools))) {
    const lost = await undo(tools, state).catch(error => {
      throw cutOff(tools, error);
    });
    if (lost.length > 0) throw notMadeAnew(tools, lost);
    return 'undone';
  }
  await swapOrUndo(tools, state);
  return 'finished';
}

/** @returns what could not be made again; then the state table stays, with the statements */
async function undo(tools: SwapTools, state: RestoreState): Promise<string[]> {
  const { session, table, names } = tools;
  await table.change({ ...state, state: 'undoing' });
  const lost = await swapBack(tools, state);
  if (lost.length === 0) await session.ask(`drop database ${quotedName(names.old)}`);
  return lost;
}

/** The server waited for a table until the time was over, or gave up one of two that waited for each other. */
const LOCKED: ReadonlySet<number> = new Set([1205, 1213]);
const WAIT =
  'Someone else uses its tables: stop the application, or wait until its transactions have ended (SHOW PROCESSLIST). Then: ';
const TRY_AGAIN = 'Check what the server says. To load the backup again: ';

function cutOff({ database, names, command }: SwapTools, error: unknown, first: unknown = error): ExplainedError {
  const why = first === error ? messageOf(error) : `${messageOf(first)}; then: ${messageOf(error)}`;
  return new ExplainedError(
    `the replacing of the database ${database} was cut off: ${why}; its tables are there or in ${names.old}, none is lost`,
    {
      cause: error,
      advice: `Keep ${names.old} until this has finished the swap or undone it, as soon as the server answers: ${command}`,
    },
  );
}

function notMadeAnew({ database, names }: SwapTools, lost: readonly string[]): ExplainedError {
  return new ExplainedError(
    `the tables of ${database} are as they were before the replace, but these objects could not be made again: ${lost.join('; ')}`,
    {
      advice: `Their statements are in ${quotedName(names.old, STATE_TABLE)}, and the safety backup has them. Then: DROP DATABASE ${quotedName(names.old)};`,
    },
  );
}
