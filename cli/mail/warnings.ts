import { type Finding, isLoss } from '../../protocol/finding.ts';
import type { RunReport } from '../report/run-report.ts';
import { printableInLine } from '../terminal/printable.ts';
import { quotedParagraph } from './paragraph.ts';
import { ADVICE, groupBy } from './trouble.ts';

/** Something that is worth a look, though no backup is worth less for it. */
export interface Warning {
  /** Left out for what is about all of them. */
  readonly database?: string;
  /** Left out for what is no finding. */
  readonly code?: string;
  readonly message: string;
  readonly advice?: string | undefined;
}

/** @returns the warnings of all databases and of each; a loss is not a warning */
export function warningsOf({ outcomes, warnings = [] }: RunReport): Warning[] {
  const isWarning = ({ code, severity }: Finding) => severity === 'warning' && !isLoss(code);
  return [
    ...warnings.map(message => ({ message })),
    ...outcomes.flatMap(({ database, findings }) =>
      findings.filter(isWarning).map(({ code, message, advice }) => ({ database, code, message, advice })),
    ),
  ];
}

/**
 * @param isMarked whether a warning is to be marked as new
 * @returns lines for a mail: what is the same for several databases is said once
 */
export function describeWarnings(warnings: readonly Warning[], isMarked: (warning: Warning) => boolean): string[] {
  const same = groupBy(warnings, ({ code, message, advice }) => JSON.stringify([code, message, advice]));
  const byAdvice = groupBy(same, ([first]) => JSON.stringify([first!.code, first!.advice ?? first!.message]));
  return byAdvice.flatMap(group => {
    const advice = group[0]![0]!.advice;
    return [
      ...group.flatMap(each => describeSame(each, isMarked)),
      ...(advice ? quotedParagraph(`${ADVICE} ${advice}`, '    ') : []),
    ];
  });
}

function describeSame(warnings: readonly Warning[], isMarked: (warning: Warning) => boolean): string[] {
  const [first] = warnings as [Warning];
  const { code, message } = first;
  const names = warnings.flatMap(warning =>
    warning.database === undefined ? [] : [`${printableInLine(warning.database)}${isMarked(warning) ? ' (new)' : ''}`],
  );
  const about = names.length === 0 ? (isMarked(first) ? 'new: ' : '') : `${[...new Set(names)].join(', ')}: `;
  return quotedParagraph(`${about}${message}${code ? ` (${code})` : ''}`, '  ');
}
