import { ConfigurationError } from '../../errors.ts';
import { type Asked, askLine, canAsk } from '../../terminal/ask-line.ts';
import { printableInLine } from '../../terminal/printable.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { RestorePlan } from './restore-plan.ts';

/**
 * Asks whether the plan is to be carried out, which the call has made. Where something is replaced, its name must be typed.
 * @throws {ConfigurationError} when the answer is not yes, or no one can be asked; the signal's reason when aborted
 */
export async function confirm(plan: RestorePlan, call: RestoreCall, asked: Asked): Promise<void> {
  if (!canAsk(asked))
    throw new ConfigurationError(['there is no terminal to ask on: nothing was done'], {
      advice: `Read the plan above. To carry it out: ${call.again({ yes: true, ...(plan.backup.id !== undefined && { at: String(plan.backup.id) }) })}`,
    });
  if (!(await isMeant(plan, asked))) throw new ConfigurationError(['not confirmed: nothing was done']);
}

async function isMeant({ action, target: { database } }: RestorePlan, asked: Asked): Promise<boolean> {
  if (action !== 'replace') return /^y(?:es)?$/i.test(await askLine('Restore now? [y/N] ', asked));
  const shown = printableInLine(database);
  // A name that can't be shown can't be typed.
  const wanted = shown === database ? database : 'replace';
  return (await askLine(`What is in ${shown} now will be replaced. Type ${wanted} to go on: `, asked)) === wanted;
}

/**
 * Asks which of some things is meant.
 * @returns its place in the list
 * @throws {ConfigurationError} when the answer is not one of the numbers
 */
export async function choose(question: string, choices: readonly string[], asked: Asked): Promise<number> {
  asked.stderr.write(`${question}\n${choices.map((choice, at) => `  ${at + 1}  ${choice}\n`).join('')}`);
  const answer = await askLine(`1 to ${choices.length}: `, asked);
  const at = /^\d$/.test(answer) ? Number(answer) - 1 : -1;
  if (at in choices) return at;
  throw new ConfigurationError(['the answer is not one of the numbers: nothing was done']);
}
