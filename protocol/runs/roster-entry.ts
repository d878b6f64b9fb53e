import { MAX_CONTRACT_TEXT, parseDuration, parseEvery } from '../contract.ts';
import { databaseNameProblem } from '../database-name.ts';
import { type FieldCheck, listCheck, nullable, objectOf, oneLine } from '../reports/report-lists.ts';

/** How many databases a roster, and outcomes a run, may have. */
export const MAX_RUN_DATABASES = 10_000;
/** How many different values of `every`, and of `grace`, a roster may have: each is parsed. */
const MAX_CONTRACTS = 200;
/** The longest name of a group, in characters. */
export const MAX_GROUP_NAME = 64;

/** An entry of a list of databases. */
export interface RosterEntry {
  /** The label. */
  readonly database: string;
  /** As `parseEvery` reads it; null where the entry does not name it. */
  readonly every: string | null;
  /** As `parseDuration` reads it; null where the entry does not name it. */
  readonly grace: string | null;
  readonly group: string | null;
}

/** The name of a database, or the label under which its history is kept. */
export const isName: FieldCheck = value =>
  typeof value === 'string' && databaseNameProblem(value) === undefined ? undefined : ' must be the name of a database';

const shape = listCheck(
  MAX_RUN_DATABASES,
  objectOf({
    database: isName,
    every: nullable(oneLine(MAX_CONTRACT_TEXT)),
    grace: nullable(oneLine(MAX_CONTRACT_TEXT)),
    group: nullable(oneLine(MAX_GROUP_NAME)),
  } satisfies Record<keyof RosterEntry, FieldCheck>),
);

/** @returns what is wrong with a roster, behind its name; undefined when nothing is */
export function rosterProblem(roster: unknown): string | undefined {
  return shape(roster) ?? contentProblem(roster as readonly RosterEntry[]);
}

function contentProblem(roster: readonly RosterEntry[]): string | undefined {
  const twice = firstTwice(roster.map(({ database }) => database));
  if (twice !== undefined) return ` has ${twice} twice`;
  return contractProblem(roster, 'every', parseEvery) ?? contractProblem(roster, 'grace', parseDuration);
}

function contractProblem(
  roster: readonly RosterEntry[],
  field: 'every' | 'grace',
  parse: (text: string) => unknown,
): string | undefined {
  const texts = new Set(roster.map(entry => entry[field]).filter(text => text !== null));
  if (texts.size > MAX_CONTRACTS) return ` has more than ${MAX_CONTRACTS} different values of ${field}`;
  for (const text of texts) {
    const parsed = parse(text);
    if (typeof parsed === 'string') return ` has ${field} ${JSON.stringify(text)}, which ${parsed}`;
  }
  return undefined;
}

/** @returns the first name that is there a second time */
export function firstTwice<T>(names: readonly T[]): T | undefined {
  const seen = new Set<T>();
  return names.find(name => seen.has(name) || !seen.add(name));
}
