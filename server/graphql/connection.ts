import { validationError } from '../errors/errors.ts';
import type { RowBudget } from './row-budget.ts';

/** The largest page. */
export const MAX_FIRST = 1000;

/** @returns how many entries a list may have that is no connection, which the budget has paid for @throws AppError 422 */
export function takenRows(budget: RowBudget, field: string, count: number): number {
  if (!(count >= 1 && count <= MAX_FIRST))
    throw validationError([{ field, message: `must be a whole number from 1 to ${MAX_FIRST}` }]);
  budget.take(count);
  return count;
}

/** Relay's cursor connection, forwards only. Each part is had when it is asked for; the page is read once for all of them. */
export interface Connection<Node> {
  edges(): Promise<Array<{ cursor: string; node: Node }>>;
  nodes(): Promise<Node[]>;
  pageInfo(): Promise<PageInfo>;
  totalCount(): Promise<number>;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

interface List<Node, Place> {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly budget: RowBudget;
  /** Reads the values in a cursor of this list. @throws AppError when it is not valid */
  readonly placeIn: (cursor: string) => Place;
  readonly cursorOf: (node: Node) => string;
  readonly find: (page: { limit: number; after: Place | undefined }) => Promise<Node[]>;
  readonly count: () => Promise<number>;
}

/**
 * @returns a page of a list, one more is asked for to see whether there are more
 * @throws AppError 422 when `first` is no size of a page or more than the request may still read, or `after` no cursor of
 *   this list
 */
export function connection<Node, Place>(list: List<Node, Place>): Connection<Node> {
  const { first, budget, cursorOf, count } = list;
  if (!(first >= 1 && first <= MAX_FIRST))
    throw validationError([{ field: 'first', message: `must be a whole number from 1 to ${MAX_FIRST}` }]);
  budget.take(first);
  const after = list.after == null ? undefined : list.placeIn(list.after);
  let finding: Promise<Node[]> | undefined;
  const found = () => (finding ??= list.find({ limit: first + 1, after }));
  const nodes = async () => (await found()).slice(0, first);
  return {
    nodes,
    edges: async () => (await nodes()).map(node => ({ cursor: cursorOf(node), node })),
    pageInfo: async () => {
      const page = await nodes();
      const [start, end] = [page[0], page.at(-1)];
      return {
        hasNextPage: (await found()).length > first,
        hasPreviousPage: after !== undefined,
        startCursor: start === undefined ? null : cursorOf(start),
        endCursor: end === undefined ? null : cursorOf(end),
      };
    },
    totalCount: count,
  };
}
