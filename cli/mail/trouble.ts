import { printableInLine } from '../terminal/printable.ts';

/** In the order of a mail: what may be gone permanently comes first. */
export const TROUBLE_STATES = ['SHRUNK', 'FAILED', 'INCOMPLETE', 'NOT DONE'] as const;

export type TroubleState = (typeof TROUBLE_STATES)[number];

/** What needs attention, once for all databases that have it from the same cause. All texts are fit to be printed. */
export interface Trouble {
  readonly state: TroubleState;
  /** Each once. */
  readonly databases: readonly string[];
  /** One sentence: the cause before the names. */
  readonly summary: string;
  /** What to do first, a line each, below the summary. */
  readonly next: readonly string[];
  /** What else there is to know, and what to do, a line each; what was said by others may hold line ends. */
  readonly details: readonly string[];
}

/** Begins a line of the details that says what to do. */
export const ADVICE = 'what to do:';

/** What a line of the verdict may have of an advice; the details have the rest. */
const LONGEST_NEXT = 140;

/** A sentence that says how something is, and not yet what to do. */
const STATEMENT = /^(?:An?|By|Either|In|It|Nothing|Something|That|The|This|TLS|What) /;

/**
 * @param isCauseKnown whether the summary says already how it is: then what comes before the first step is left out
 * @returns the first sentences of an advice, with the first that says what to do, and those that are left; both fit to be printed
 */
export function splitAdvice(advice: string, isCauseKnown = false): { next: string; rest: string } {
  const all = printableInLine(advice).split(/(?<=[.!?]) (?=[A-Z])/);
  const step = all.findIndex(sentence => !STATEMENT.test(sentence));
  const sentences = isCauseKnown && step > 0 ? all.slice(step) : all;
  let taken = 1;
  while (taken < sentences.length) {
    const fits = sentences.slice(0, taken + 1).join(' ').length <= LONGEST_NEXT;
    if (!fits && !sentences.slice(0, taken).every(sentence => STATEMENT.test(sentence))) break;
    taken++;
  }
  return { next: sentences.slice(0, taken).join(' '), rest: sentences.slice(taken).join(' ') };
}

/** How many names of a group stand in the verdict; the details have all. */
export const NAMES_IN_VERDICT = 3;

/** @returns what is grouped by the same key, in the order of its first */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
