import type { DrillOutcome } from '../../../protocol/last-drill.ts';
import type { DrillReport } from '../../../protocol/reports/drill-report.ts';
import { shellCommand } from '../../../protocol/texts/shell-word.ts';
import type { EndedDrill } from '../../drill/run-drills.ts';
import { paint, type Worry } from '../../terminal/colour.ts';
import { count, formatBytes, formatCount, formatSeconds } from '../../terminal/format.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';

const OUTCOMES: Readonly<Record<DrillOutcome, readonly [word: string, worry: Worry]>> = {
  restorable: ['restorable', 'good'],
  not_restorable: ['NOT RESTORABLE', 'bad'],
  could_not_test: ['COULD NOT TEST', 'doubtful'],
};

const INDENT = '  ';

/** @returns what a drill has shown, a few lines */
export function renderDrill({ report, unreported }: EndedDrill, stream: NodeJS.WriteStream): string {
  const { database, backup, outcome, reason, not_tested } = report;
  const width = screenWidth(stream);
  const [word, worry] = OUTCOMES[outcome];
  const what = reason === null ? summary(report) : reason;
  const lines = [
    `${printableInLine(database)}: ${paint(word, worry, stream)} (backup ${backup.id}). ${printableInLine(what)}`,
    ...not_tested.map(text => `${INDENT}not tested: ${printableInLine(text)}`),
    ...(unreported === undefined ? [] : [`${INDENT}not reported to the service: ${printableInLine(unreported)}`]),
  ];
  return `${lines.map(line => wrap(line, width, INDENT + INDENT)).join('\n')}\n`;
}

function summary({ rto_seconds, loaded, dump_again, checks, server }: DrillReport): string {
  const { rows, objects, bytes } = loaded;
  const parts = [
    `Restored in ${formatSeconds(rto_seconds ?? 0)} into ${server?.flavour === 'mysql' ? 'MySQL' : 'MariaDB'} ${server?.version}`,
    `${count(objects ?? 0, 'object')}, ${formatCount(rows ?? 0)} rows, ${formatBytes(bytes ?? 0)} of SQL`,
    ...(checks.length > 0 ? [`${count(checks.length, 'check')} passed`] : []),
    ...(dump_again === 'same' ? ['a second dump is the same'] : []),
  ];
  return parts.join('; ');
}

/** What a run has shown in all. */
export interface DrillTotals {
  readonly outcomes: Readonly<Record<DrillOutcome, number>>;
  readonly withoutComplete: readonly string[];
  readonly provenCount: number;
}

/** @returns the last lines of a run */
export function renderTotals(
  { outcomes, withoutComplete, provenCount }: DrillTotals,
  stream: NodeJS.WriteStream,
): string {
  const width = screenWidth(stream);
  const { restorable, not_restorable, could_not_test } = outcomes;
  const total = restorable + not_restorable + could_not_test;
  const [, worry] =
    OUTCOMES[not_restorable > 0 ? 'not_restorable' : could_not_test > 0 ? 'could_not_test' : 'restorable'];
  const proven = provenCount > 0 ? ` ${count(provenCount, 'database')} left out: proven within the window.` : '';
  const verdict =
    total === 0
      ? 'Nothing to drill.'
      : `${count(total, 'backup')} drilled: ${restorable} restorable, ${not_restorable} not restorable, ${could_not_test} could not be tested.`;
  const lines = [
    ...withoutComplete.map(
      name =>
        `${printableInLine(name)}: ${paint('COULD NOT TEST', 'doubtful', stream)}. It has no complete backup: ${shellCommand('sade history', name)}`,
    ),
    `${paint(verdict, worry, stream)}${proven}`,
  ];
  return `${lines.map(line => wrap(line, width, INDENT + INDENT)).join('\n')}\n`;
}
