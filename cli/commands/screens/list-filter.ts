import { ConfigurationError } from '../../errors.ts';
import { didYouMean } from '../../options/did-you-mean.ts';
import { compareNames, type ListedState, type ListedView } from './list-view.ts';

/** Which databases are shown, and in which order. */
export interface ListFilter {
  readonly states: readonly ListedState[] | undefined;
  /** Whose newest complete backup is older than so many milliseconds, or that have none; undefined means all. */
  readonly olderThanMs: number | undefined;
  /** As it was given, such as `26h`. */
  readonly olderThan: string;
  readonly search: string | undefined;
  readonly sort: ListOrder;
}

const STATES = [
  'complete',
  'incomplete',
  'unverified',
  'damaged',
  'shrunk',
  'never',
] as const satisfies readonly ListedState[];
const ORDERS = ['age', 'name', 'size', 'state'] as const;
export type ListOrder = (typeof ORDERS)[number];

/** An older newest complete backup is worth a look: the same as for `sade doctor`. */
export const DEFAULT_OLDER_THAN = '26h';

/** Reads the options of `sade list`. @throws {ConfigurationError} naming every mistake at once */
export function readListFilter(options: Readonly<Record<string, unknown>>): ListFilter {
  const mistakes: string[] = [];
  const given = (name: string) => {
    const option = options[name];
    return option === undefined ? undefined : String(Array.isArray(option) ? option.join(',') : option);
  };
  const wanted = <T extends string>(name: string, words: readonly string[], known: readonly T[]): T[] => {
    for (const word of words.filter(word => !known.includes(word as T)))
      mistakes.push(
        `--${name} is ${JSON.stringify(word)} and must be ${name === 'state' ? 'some' : 'one'} of ${known.join(', ')}${didYouMean(word, known)}`,
      );
    return words as T[];
  };
  const states = given('state')
    ?.split(',')
    .map(word => word.trim().toLowerCase());
  const olderThan = given('older-than');
  const olderThanMs = olderThan === undefined ? undefined : duration(olderThan);
  if (Number.isNaN(olderThanMs))
    mistakes.push(
      `--older-than is ${JSON.stringify(olderThan)} and must be a time with its unit, such as 90m, 26h or 7d`,
    );
  const filter = {
    states: states && wanted('state', states, STATES),
    olderThanMs,
    olderThan: olderThan ?? DEFAULT_OLDER_THAN,
    search: given('search'),
    sort: wanted('sort', [given('sort') ?? 'state'], ORDERS)[0]!,
  };
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return filter;
}

/** @returns milliseconds, NaN for what is no time such as `26h` */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  return Number(amount) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[(unit ?? 'm') as 'm' | 'h' | 'd'];
}

/** @returns the databases that the filter lets through, in its order: the worst first unless it says otherwise */
export function filtered(databases: readonly ListedView[], filter: ListFilter): ListedView[] {
  const { states, olderThanMs, search, sort } = filter;
  const part = search === undefined ? '' : folded(search);
  return databases
    .filter(({ states: has }) => !states || states.some(state => has.includes(state)))
    .filter(({ ageMs }) => olderThanMs === undefined || ageMs > olderThanMs)
    .filter(({ name }) => folded(name).includes(part))
    .toSorted((a, b) => BY[sort](a, b) || compareNames(a, b));
}

/** As the service folds names when it is searched: capitals do not matter, accents do. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().toUpperCase();
}

const byAge = (a: ListedView, b: ListedView) => (a.ageMs === b.ageMs ? 0 : b.ageMs - a.ageMs);

const BY: Readonly<Record<ListOrder, (a: ListedView, b: ListedView) => number>> = {
  age: byAge,
  name: compareNames,
  size: (a, b) => b.size - a.size,
  // Those that are fine have no order but that of their names.
  state: (a, b) => a.urgency - b.urgency || (a.isFine ? 0 : byAge(a, b)),
};
