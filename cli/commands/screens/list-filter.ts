import type { ListOrder, OptionsOf } from '../../options/commands.ts';
import { compareNames, type ListedView } from './list-view.ts';

/** Which databases are shown, and in which order. */
export type ListFilter = Pick<OptionsOf<'list'>, 'states' | 'olderThan' | 'search' | 'sort'>;

/** @returns the databases that the filter lets through, in its order: the worst first unless it says otherwise */
export function filtered(databases: readonly ListedView[], filter: ListFilter): ListedView[] {
  const { states, olderThan, search, sort } = filter;
  const part = search === undefined ? '' : folded(search);
  return databases
    .filter(({ states: has }) => !states || states.some(state => has.includes(state)))
    .filter(({ ageMs }) => olderThan === undefined || ageMs > olderThan.ms)
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
