import { shortened } from '../reports/report-limits.ts';
import { MAX_RUN_DATABASES } from './roster-entry.ts';
import { MAX_RUN_FINDINGS, MAX_RUN_TEXT, type RunOutcome } from './run-outcome.ts';
import { MAX_RUN_BYTES, type RunReport } from './run-report.ts';

/** Shorter than this no text is cut: outcomes are left out then. */
const SHORTEST_TEXT = 30;

/**
 * Cuts texts and lists to what the service takes, so that no report is lost because a message or a list is long. The report then says
 * that it was cut. A roster that is too long is left out whole: labels that are missing in it would look as if they were gone.
 * @param maxBytes how large it may be as JSON
 * @returns a report of its own
 */
export function withinRunLimits(report: RunReport, maxBytes = MAX_RUN_BYTES): RunReport {
  let [text, outcomes] = [MAX_RUN_TEXT, MAX_RUN_DATABASES];
  for (;;) {
    const shorter = cut(report, { text, outcomes });
    if (outcomes === 0 || byteLength(shorter) <= maxBytes) return shorter;
    if (text > SHORTEST_TEXT) text = Math.max(SHORTEST_TEXT, Math.floor(text / 2));
    else outcomes = Math.floor(Math.min(outcomes, report.outcomes.length) * 0.75);
  }
}

interface Limits {
  readonly text: number;
  readonly outcomes: number;
}

function cut(report: RunReport, limits: Limits): RunReport {
  const { roster, outcomes, problem, left_out } = report;
  const texts = new Cutter(limits.text);
  const kept = firstOf(outcomes, limits.outcomes).map(outcome => cutOutcome(outcome, texts));
  const fits = roster === null || roster.length <= MAX_RUN_DATABASES;
  const shorter = {
    ...{ ...report, problem: problem === null ? null : texts.cut(problem), roster: fits ? roster : null },
    ...{ outcomes: kept, left_out: left_out + outcomes.length - kept.length },
  };
  return { ...shorter, cut: report.cut || texts.hasCut || !fits || kept.length < outcomes.length };
}

/** Where there are too many, the failures count for more. */
function firstOf(outcomes: readonly RunOutcome[], most: number): readonly RunOutcome[] {
  if (outcomes.length <= most) return outcomes;
  const isWell = ({ state }: RunOutcome) => Number(state === 'complete');
  return outcomes.toSorted((a, b) => isWell(a) - isWell(b)).slice(0, most);
}

function cutOutcome(outcome: RunOutcome, texts: Cutter): RunOutcome {
  const { message, advice, cause, findings } = outcome;
  return {
    ...outcome,
    message: message === null ? null : texts.cut(message),
    advice: advice === null ? null : texts.cut(advice),
    cause: cause && { where: texts.cut(cause.where, 512), why: texts.cut(cause.why, 512) },
    // How many there are stays in their count.
    findings: findings.slice(0, MAX_RUN_FINDINGS),
  };
}

class Cutter {
  readonly #longest: number;
  hasCut = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  cut(text: string, max = this.#longest): string {
    const most = Math.min(max, this.#longest);
    if (text.length > most) this.hasCut = true;
    return shortened(text, most);
  }
}

function byteLength(report: object): number {
  return new TextEncoder().encode(JSON.stringify(report)).length;
}
