import { paint } from '../../terminal/colour.ts';
import { overEcho } from '../../terminal/over-echo.ts';
import { printableBlock, printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrapLines } from '../../terminal/wrap.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import { carryOut, type Shown } from '../report/carry-out.ts';
import { redactedError } from '../report/redacted.ts';
import type { RestoreAnswer } from '../report/restore-json.ts';
import { type EndedRestore, untouched } from './ended-restore.ts';
import { planOne } from './plan-all.ts';
import type { PlannedRestore, Refusal } from './planned-restore.ts';
import { refusalByError } from './refusals.ts';

/**
 * Carries out the plans one after another. A database that fails does not stop the others; an aborted signal does.
 * @param onEnd gets each database as it ends, in order
 */
export async function runAll(
  planned: readonly PlannedRestore[],
  shown: Shown,
  onEnd: (ended: EndedRestore) => void,
): Promise<void> {
  const meant = planned.filter(({ refusal }) => !refusal);
  for (const one of planned) {
    if (one.refusal) onEnd(untouched(one, 'refused'));
    else if (shown.signal.aborted) onEnd(untouched(one, 'not begun'));
    else onEnd(await runOne(one, shown, `${meant.indexOf(one) + 1} of ${meant.length}`));
  }
}

async function runOne(planned: PlannedRestore, shown: Shown, place: string): Promise<EndedRestore> {
  const { preparing } = planned;
  const { label: database } = preparing;
  const answer: RestoreAnswer = { plan: planned.prepared!.plan };
  shown.stderr.write(`\n${printableInLine(database)} (${place})\n`);
  try {
    const { prepared, refusal } = await planAgain(planned, shown.redact);
    if (refusal || !prepared) {
      showFailure(database, refusal!, shown);
      return { ...answer, database, outcome: 'refused', refusal, error: refusal?.error };
    }
    const isAgreed = await carryOut(prepared, preparing.settings, shown, answer);
    return { ...answer, database, outcome: isAgreed ? 'agreed' : 'differs', refusal: whyDiffers(answer) };
  } catch (thrown) {
    const error = shown.signal.aborted ? shown.signal.reason : redactedError(thrown, shown.redact);
    if (shown.signal.aborted) return { left: UNCHANGED, ...answer, database, outcome: 'interrupted', error };
    const refusal = whyFailed(refusalByError(preparing, error), answer);
    showFailure(database, refusal, shown);
    return { ...answer, database, outcome: 'failed', refusal, error };
  }
}

const UNCHANGED = ['Nothing was changed on the server.'];

/**
 * Hours may have passed since the plan was shown: others use the server, and each database takes room. So all is checked once more, of
 * the backup that was shown.
 */
async function planAgain({ preparing, prepared }: PlannedRestore, redact: Shown['redact']): Promise<PlannedRestore> {
  const at = { kind: 'id', id: idOf(prepared!.backup)! } as const;
  const again = await planOne({ ...preparing, settings: { ...preparing.settings, at } }, redact);
  const isNowReplaced = again.prepared?.plan.action === 'replace' && prepared!.plan.action !== 'replace';
  if (again.refusal || !isNowReplaced) return again;
  const why = `the database ${prepared!.target.database} was empty in the plan, and is not empty any more`;
  return { ...again, refusal: { why, commands: [[preparing.call.again(), `${preparing.label}: shows the new plan`]] } };
}

function whyDiffers({ result }: RestoreAnswer): Refusal | undefined {
  if (!result || result.outcome === 'agreed') return undefined;
  return { why: result.reason ?? 'it differs from the backup', commands: [] };
}

/** What is half loaded has to be dropped first: what is left says so, with the command. */
function whyFailed(refusal: Refusal, { left = [], result }: RestoreAnswer): Refusal {
  const isUnchanged = result?.target_unchanged ?? left.length === 0;
  return { ...refusal, commands: isUnchanged ? refusal.commands : [] };
}

/** What is left was shown before. */
function showFailure(database: string, { why, error }: Refusal, { stderr }: Shown): void {
  const width = screenWidth(stderr);
  const isRefused = error === undefined;
  const word = paint(isRefused ? 'refused' : 'FAILED', 'bad', stderr);
  stderr.write(
    `${overEcho(stderr)}${wrapLines(`${word}: ${printableInLine(database)}: ${printableBlock(why, '      ')}`, width, '  ')}\n`,
  );
}
