import type { LastRun, ReportedWarning } from '../report/last-run.ts';
import type { Warning } from './warnings.ts';

/** A night's run may begin a little earlier than the one a week before. */
const REMIND_AFTER_MS = 6.5 * 24 * 3_600_000;

/**
 * Tells the warnings that are news from those that are the same every night: an administrator who has decided to live with one
 * wants no mail about it each morning, and a reminder once a week.
 */
export function freshWarnings(warnings: readonly Warning[], before: LastRun | undefined, now: Date): Warning[] {
  const told = new Set(recent(before, now).map(keyOf));
  return warnings.filter(warning => !told.has(keyOf(asTold(warning, now))));
}

/**
 * @param isMailed whether a mail goes out, which has all of the warnings
 * @returns what the next run must know; a warning that is missing in one night is not new in the next
 */
export function reportedWarnings(
  warnings: readonly Warning[],
  before: LastRun | undefined,
  { isMailed, now }: { isMailed: boolean; now: Date },
): ReportedWarning[] {
  const told = new Map(recent(before, now).map(warning => [keyOf(warning), warning]));
  if (isMailed) for (const warning of warnings.map(each => asTold(each, now))) told.set(keyOf(warning), warning);
  return [...told.values()];
}

function recent(before: LastRun | undefined, now: Date): ReportedWarning[] {
  return (before?.told ?? []).filter(({ toldAt }) => now.getTime() - toldAt.getTime() < REMIND_AFTER_MS);
}

/** Numbers in a finding change each night and are not new; a table that was not named before is new, and so is another run. */
function asTold({ database, code, message }: Warning, toldAt: Date): ReportedWarning {
  const text = code === undefined ? message : `${code}: ${message.replace(/\d+/g, '#')}`;
  return { ...(database !== undefined && { database }), text, toldAt };
}

function keyOf({ database, text }: ReportedWarning): string {
  return JSON.stringify([database, text]);
}
