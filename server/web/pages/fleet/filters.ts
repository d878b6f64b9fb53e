import type { StoredState } from '../../../../protocol/responses.ts';
import { FRESHNESS_STATES, type FreshnessState } from '../../../entities/freshness/watched-database.entity.ts';
import { validationError } from '../../../errors/errors.ts';
import type { RowPlace } from '../../../fleet/arrange-rows.ts';
import type { FleetSearch } from '../../../fleet/match-rows.ts';
import { formatCursor, parseCursor } from '../../../graphql/cursor.ts';
import type { Query } from '../../shell/view.ts';

/** What the URL of the page asks for: the filters of GraphQL's databases and watched databases, under the same names. */
export interface Filters {
  readonly search: string;
  readonly states: readonly StoredState[];
  readonly freshness: readonly FreshnessState[];
  readonly noCompleteForHours: number | undefined;
  readonly hasUnacceptedLoss: boolean | undefined;
  readonly notProvenForDays: number | undefined;
  /** Undefined: any; empty: in no group. */
  readonly group: string | undefined;
  /** Also those that need no one. */
  readonly all: boolean;
}

const STORED_STATES = ['complete', 'incomplete', 'unverified', 'damaged'] as const satisfies readonly StoredState[];

/** @throws AppError 422 for an invalid value: without it the page would show what was not asked for */
export function filtersIn(query: URLSearchParams): Filters {
  return {
    search: (query.get('search') ?? '').slice(0, 64),
    states: listIn(query, 'states', STORED_STATES),
    freshness: listIn(query, 'freshness', FRESHNESS_STATES),
    noCompleteForHours: numberIn(query, 'noCompleteForHours', 1_000_000),
    hasUnacceptedLoss: booleanIn(query, 'hasUnacceptedLoss'),
    notProvenForDays: numberIn(query, 'notProvenForDays', 40_000),
    group: booleanIn(query, 'ungrouped') ? '' : query.get('group') || undefined,
    all: booleanIn(query, 'all') ?? false,
  };
}

/** @returns whether the page shows all rows, or those that need someone */
export function isFiltered({ all, ...filters }: Filters): boolean {
  return Object.keys(queryOf({ ...filters, all: false })).length > 0;
}

/** @returns the same filters as a query, without those that ask for nothing */
export function queryOf(filters: Filters): Query {
  const { search, states, freshness, noCompleteForHours, hasUnacceptedLoss, notProvenForDays, group, all } = filters;
  return {
    ...(search && { search }),
    ...(states.length > 0 && { states }),
    ...(freshness.length > 0 && { freshness }),
    ...(noCompleteForHours !== undefined && { noCompleteForHours }),
    ...(hasUnacceptedLoss !== undefined && { hasUnacceptedLoss: String(hasUnacceptedLoss) }),
    ...(notProvenForDays !== undefined && { notProvenForDays }),
    ...(group === '' && { ungrouped: 'true' }),
    ...(group && { group }),
    ...(all && { all: 'true' }),
  };
}

/** @returns what they ask the fleet */
export function searchOf(filters: Filters, now: Date): FleetSearch {
  const { search, states, freshness, noCompleteForHours: hours, hasUnacceptedLoss, notProvenForDays: days } = filters;
  return {
    ...{ search, hasUnacceptedLoss, group: filters.group },
    states: states.length > 0 ? states : undefined,
    watched: freshness.length > 0 ? freshness : undefined,
    noCompleteSince: hours === undefined ? undefined : new Date(now.getTime() - hours * HOUR),
    notProvenSince: days === undefined ? undefined : new Date(now.getTime() - days * 24 * HOUR),
    isNeeding: !filters.all && !isFiltered(filters),
  };
}

const HOUR = 3_600_000;

/** @throws AppError 422 when it leads to no place in a list of the fleet */
export function placeIn(query: URLSearchParams): RowPlace | undefined {
  const cursor = query.get('after');
  if (!cursor) return undefined;
  const [groupRank, group, rank, name] = parseCursor(cursor, ORDER, ['number', 'string', 'number', 'string']);
  return { groupRank, group, rank, name };
}

export function cursorOf({ groupRank, group, rank, name }: RowPlace): string {
  return formatCursor(ORDER, groupRank, group, rank, name);
}

const ORDER = 'fleet';

function listIn<T extends string>(query: URLSearchParams, field: string, known: readonly T[]): T[] {
  // Once each: they stand in all links of the page.
  return [...new Set(query.getAll(field))]
    .filter(text => text !== '')
    .map(
      text =>
        known.find(one => one === text) ??
        fail(field, `must be one of ${known.join(', ')}, and ${JSON.stringify(text.slice(0, 64))} is not`),
    );
}

function numberIn(query: URLSearchParams, field: string, most: number): number | undefined {
  const text = query.get(field);
  if (!text) return undefined;
  const number = Number(text);
  return number >= 0 && number <= most ? number : fail(field, `must be a number from 0 to ${most}`);
}

function booleanIn(query: URLSearchParams, field: string): boolean | undefined {
  const text = query.get(field);
  if (!text) return undefined;
  return text === 'true' || (text === 'false' ? false : fail(field, 'must be true or false'));
}

function fail(field: string, message: string): never {
  throw validationError([{ field, message }]);
}
