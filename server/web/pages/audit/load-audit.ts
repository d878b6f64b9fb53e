import { AUDIT_ACTIONS, AUDIT_RESULTS } from '../../../audit/entry.ts';
import { type AuditPlace, type AuditSearch, type ListedEntry, searchEntries } from '../../../audit/search-entries.ts';
import { RowBudget } from '../../../graphql/row-budget.ts';
import type { EntityManager } from '../../../history/orm.ts';
import { instantIn } from '../../forms/local-instant.ts';
import type { Query } from '../../shell/view.ts';

/** The filters of the page, as they stand in its address. */
export interface AuditFilters extends Omit<AuditSearch, 'from' | 'before'> {
  /** Days of the zone of the page, such as `2026-11-29`; `to` is the last one. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const FILTERS = ['token', 'address', 'action', 'database', 'result', 'from', 'to'] as const;

/** @returns the filters in an address; what no entry can have is left out, but for days: `isDay` checks these */
export function filtersIn(query: URLSearchParams): AuditFilters {
  const given = (name: string) => query.get(name)?.trim().slice(0, 255) || undefined;
  return {
    ...{ token: given('token'), address: given('address'), database: given('database') },
    ...{ from: given('from'), to: given('to') },
    action: AUDIT_ACTIONS.find(action => action === query.get('action')),
    result: AUDIT_RESULTS.find(result => result === query.get('result')),
  };
}

/** @returns whether a text names a day that there is */
export function isDay(day: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00Z`));
}

export interface AuditPageData {
  readonly entries: readonly ListedEntry[];
  /** `after` of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

const PAGE = 100;

/** Reads one page, newest first. @param after `next` of the page before @throws AppError 422 when too much would have to be read */
export async function loadAudit(
  em: EntityManager,
  { filters, zone, after }: { filters: AuditFilters; zone: string; after: string | null },
): Promise<AuditPageData> {
  const search = searchFor(filters, zone);
  const found = await searchEntries({ em, budget: new RowBudget() }, search, {
    limit: PAGE + 1,
    after: placeIn(after),
  });
  const entries = found.slice(0, PAGE);
  return { entries, next: found.length > PAGE ? placeOf(entries.at(-1)!) : undefined };
}

/** So many entries has the file of entries at most. */
export const MOST_IN_FILE = 10_000;

/** Reads all of them, page by page, for the file. @throws AppError 422 */
export async function loadAll(
  em: EntityManager,
  { filters, zone }: { filters: AuditFilters; zone: string },
): Promise<ListedEntry[]> {
  const search = searchFor(filters, zone);
  const budget = new RowBudget();
  const all: ListedEntry[] = [];
  for (let after: AuditPlace | undefined; all.length < MOST_IN_FILE; after = all.at(-1)) {
    const page = await searchEntries({ em, budget }, search, { limit: 1_000, after });
    all.push(...page);
    if (page.length < 1_000) break;
  }
  return all.slice(0, MOST_IN_FILE);
}

/** @returns the filters for a link */
export function queryOf(filters: AuditFilters): Query {
  return Object.fromEntries(FILTERS.map(name => [name, filters[name]]));
}

function searchFor({ from, to, ...rest }: AuditFilters, zone: string): AuditSearch {
  const before = to === undefined ? undefined : startOf(zone, dayAfter(to));
  return { ...rest, from: from === undefined ? undefined : startOf(zone, from), before };
}

function startOf(zone: string, day: string): Date | undefined {
  return instantIn(zone, `${day}T00:00`);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function placeOf({ at, id }: AuditPlace): string {
  return `${at.getTime()}.${id}`;
}

/** @returns undefined for what is no place: the list then begins at its begin */
function placeIn(text: string | null): AuditPlace | undefined {
  const [, at, id] = /^(\d{1,14})\.(\d{1,15})$/.exec(text ?? '') ?? [];
  return at === undefined ? undefined : { at: new Date(Number(at)), id: Number(id) };
}
