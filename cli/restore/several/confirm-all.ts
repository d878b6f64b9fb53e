import { firstNames } from '../../../protocol/first-names.ts';
import { ConfigurationError } from '../../errors.ts';
import { type Asked, askLine, canAsk } from '../../terminal/ask-line.ts';
import { count } from '../../terminal/format.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { PlannedRestore } from './planned-restore.ts';

/**
 * Asks once whether all plans are to be carried out that are not refused.
 * @param call of all databases
 * @throws {ConfigurationError} when the answer is not yes, or no one can be asked; the signal's reason when aborted
 */
export async function confirmAll(planned: readonly PlannedRestore[], call: RestoreCall, asked: Asked): Promise<void> {
  if (!canAsk(asked))
    throw new ConfigurationError(['there is no terminal to ask on: nothing was done'], {
      advice: `Read the plan above. To carry it out: ${call.again({ yes: true })}`,
    });
  if (!(await areMeant(planned, asked))) throw new ConfigurationError(['not confirmed: nothing was done']);
}

async function areMeant(planned: readonly PlannedRestore[], asked: Asked): Promise<boolean> {
  const meant = planned.filter(({ refusal }) => !refusal);
  const refused = planned.length - meant.length;
  const which = `${count(meant.length, 'database')}${refused > 0 ? ` (${refused} refused)` : ''}`;
  const replaced = meant.flatMap(({ prepared }) =>
    prepared!.plan.action === 'replace' ? [printableInLine(prepared!.target.database)] : [],
  );
  const ask = (question: string, answer: string) => askLine(broken(question, answer, asked), asked);
  if (replaced.length === 0) return /^y(?:es)?$/i.test(await ask(`Restore ${which} now? [y/N] `, 'yes'));
  const question = `Restore ${which} now? What is in ${firstNames(replaced)} will be replaced. Type replace to go on: `;
  return (await ask(question, 'replace')) === 'replace';
}

/** The answer stands behind the question, in the same line. */
function broken(question: string, answer: string, { stderr }: Asked): string {
  const width = screenWidth(stderr);
  return wrap(question, width && width - answer.length, '  ');
}
