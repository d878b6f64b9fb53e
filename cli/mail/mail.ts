import { ReportClock } from '../report/clock.ts';
import type { Outcome } from '../report/outcome.ts';
import { isFine, type RunReport } from '../report/run-report.ts';
import { count, formatBytes, formatCount } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { paragraph, quotedParagraph } from './paragraph.ts';
import { ADVICE, NAMES_IN_VERDICT, type Trouble } from './trouble.ts';
import { troublesOf, verdict } from './verdict.ts';
import { describeWarnings, type Warning, warningsOf } from './warnings.ts';

export interface MailOptions {
  /** Whether the databases that are well have no line each. */
  readonly isQuiet: boolean;
  /** Which of the warnings were not in a mail before, or not for a week. */
  readonly fresh: readonly Warning[];
  readonly now: Date;
}

/**
 * Writes what a run has to say where no terminal is: cron makes a mail of it. The verdict comes first, then the reasons and what
 * to do, then what is worth a look, and last what is well. Nothing is said twice.
 * @returns lines of 78 columns at most, but for names and commands that are longer, without the last line end
 */
export function composeMail(report: RunReport, { isQuiet, fresh, now }: MailOptions): string {
  const clock = new ReportClock(report.startedAt);
  const troubles = troublesOf(report, clock);
  const warnings = warningsOf(report);
  const sections = [
    verdict(report, { troubles, clock, now }),
    titled('Details', describeTroubles(troubles)),
    worthALook(
      // That one stands at the beginning.
      warnings.filter(({ message }) => message !== report.unfinished),
      fresh.filter(({ message }) => message !== report.unfinished),
    ),
    isQuiet ? [] : wellOnes(report.outcomes),
  ];
  return sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n');
}

/**
 * @param paint colours a word that says how something is
 * @returns the end of the output of a run on a terminal: it repeats no line of a database, since these are printed above
 */
export function composeVerdict(report: RunReport, now: Date, paint: (word: string) => string): string {
  const clock = new ReportClock(report.startedAt);
  const troubles = troublesOf(report, clock);
  // The loss of an earlier night is known only now.
  const late = new Set(
    report.outcomes.filter(({ loss, backupId }) => loss && loss.id !== backupId).map(({ database }) => database),
  );
  const isLate = ({ state, databases }: Trouble) => state === 'SHRUNK' && databases.some(each => late.has(each));
  const briefly = troubles.map(trouble => (isLate(trouble) ? trouble : { ...trouble, next: [] }));
  return [
    ...verdict(report, { troubles: briefly, clock, now, paint }),
    ...(report.warnings ?? [])
      .filter(warning => warning !== report.unfinished)
      .flatMap(warning => quotedParagraph(`warning: ${warning}`, '')),
    ...titled('Details', describeTroubles(briefly.filter(isLate))),
  ].join('\n');
}

function worthALook(warnings: readonly Warning[], fresh: readonly Warning[]): string[] {
  const isMixed = fresh.length > 0 && fresh.length < warnings.length;
  const title = `Warnings ${warnings.length}${isMixed ? `, ${fresh.length} of them new` : ''}`;
  const keyOf = ({ database, code, message }: Warning) => JSON.stringify([database, code, message]);
  const news = new Set(isMixed ? fresh.map(keyOf) : []);
  return titled(
    title,
    describeWarnings(warnings, warning => news.has(keyOf(warning))),
  );
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** @returns what the verdict had no room for, an advice that is the same for several once */
function describeTroubles(troubles: readonly Trouble[]): string[] {
  const advised = new Map<string, string>();
  return troubles.flatMap(({ databases, details, state }) => {
    const isCut = databases.length > NAMES_IN_VERDICT && state !== 'NOT DONE';
    if (details.length === 0 && !isCut) return [];
    const [first = '', ...names] = databases.map(printableInLine);
    const lines = details.map(text => {
      const before = text.startsWith(ADVICE) ? advised.get(text) : undefined;
      if (before === undefined) advised.set(text, first);
      return before === undefined ? text : `${ADVICE} the same as for ${before}`;
    });
    return [
      ...paragraph(`${[first, ...names].join(', ')}:`, '  ', '  '),
      ...lines.flatMap(text => quotedParagraph(text, '    ')),
    ];
  });
}

function wellOnes(outcomes: readonly Outcome[]): string[] {
  const well = outcomes.filter(isFine).toSorted(byName);
  return titled(`ok ${well.length}`, [...well.flatMap(describeWell), ...notRehearsed(well)]);
}

/** Where rehearsals are on, a reason is said once: it is usually the same for all. */
function notRehearsed(outcomes: readonly Outcome[]): string[] {
  const reasons = outcomes.flatMap(({ rehearsal }) => rehearsal?.reason ?? []);
  if (reasons.length === 0) return [];
  const [reason] = reasons;
  return paragraph(
    `Not rehearsed: ${reasons.length} of ${outcomes.length}, such as: ${printableInLine(reason!)}`,
    '  ',
  );
}

/** They end in any order. */
function byName(a: Outcome, b: Outcome): number {
  return a.database < b.database ? -1 : a.database > b.database ? 1 : 0;
}

/** @returns one line, which fits into a mail with a name of usual length */
function describeWell({ database, tables, rows, zipBytes, backupId, isLeftover }: Outcome): string[] {
  const what = [
    ...(isLeftover ? ['delivered, left by an earlier run'] : []),
    ...(tables === undefined ? [] : [count(tables, 'table')]),
    ...(rows === undefined ? [] : [`${formatCount(rows)} row${rows === 1 ? '' : 's'}`]),
    ...(zipBytes === undefined ? [] : [`zip ${formatBytes(zipBytes)}`]),
    `id ${backupId}`,
  ];
  return [`  ${printableInLine(database)}: ${what.join(', ')}`];
}
