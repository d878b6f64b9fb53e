/** In the order of a mail: what may be gone for good comes first. */
export const TROUBLE_STATES = ['SHRUNK', 'FAILED', 'INCOMPLETE', 'NOT DONE'] as const;

export type TroubleState = (typeof TROUBLE_STATES)[number];

/** What needs attention, once for all databases that have it from the same cause. All texts are fit to be printed. */
export interface Trouble {
  readonly state: TroubleState;
  /** Each once. */
  readonly databases: readonly string[];
  /** One sentence: the cause before the names. */
  readonly summary: string;
  /** A single statement that fixes it: it stands below the summary. */
  readonly fix?: string;
  /** What else there is to know, and what to do, a line each; what was said by others may hold line ends. */
  readonly details: readonly string[];
}

/** Begins a line of the details that says what to do. */
export const ADVICE = 'what to do:';

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
