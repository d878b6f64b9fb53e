import { type Condition, isText } from '../history/conditions.ts';
import { auditEntriesBy } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { type AuditQuery, auditExpressions } from '../history/tables.ts';

/** Which entries; what is left out does not matter. */
export interface AuditSearch {
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  /** The name of the token. */
  readonly token?: string | undefined;
  readonly address?: string | undefined;
  readonly action?: string | undefined;
  readonly database?: string | undefined;
  readonly result?: string | undefined;
}

/** The place of an entry in the list, newest first. */
export interface AuditPlace {
  readonly at: Date;
  readonly id: number;
}

/** Pays for what is looked at. */
interface Budget {
  /** @throws AppError when there is not so much left */
  take(rows: number): void;
}

interface Parts {
  readonly em: EntityManager;
  readonly budget: Budget;
}

const COLUMNS = [
  'e.id',
  'e.operation',
  'e.at',
  'e.token_id as tokenId',
  'e.token',
  'e.address',
  'e.action',
  'e.database_name as databaseName',
  'e.backup_id as backupId',
  'e.result',
  'e.count',
  'e.detail',
] as const;

/** An entry as it is listed. */
export type ListedEntry = Awaited<ReturnType<typeof searchEntries>>[number];

/**
 * Lists entries of the audit trail, newest first. One filter has its index; where there are several, the index of one is read
 * window by window, so that others have their turn in between.
 * @throws AppError 422 when more would have to be looked at than the budget allows
 */
export async function searchEntries(
  { em, budget }: Parts,
  search: AuditSearch,
  { limit, after }: { readonly limit: number; readonly after?: AuditPlace | undefined },
) {
  const path = pathFor(search);
  const read = (conditions: readonly Condition[], limit: number) =>
    readRows(em, newestFirst(auditEntriesBy(em, path.index).select(COLUMNS), [...path.on, ...conditions]).limit(limit));
  if (path.rest.length === 0) return read(after ? [isBehind(after)] : [], limit);
  const found: Awaited<ReturnType<typeof read>> = [];
  for await (const window of windows({ em, budget }, path, { start: after, first: limit * 4, ...ROWS })) {
    found.push(...(await read([...window, ...path.rest], limit - found.length)));
    if (found.length >= limit) break;
  }
  return found;
}

/** @returns what was done since then by one kind of action, the oldest first: of the service itself, which has no budget to keep */
export function entriesSince(
  em: EntityManager,
  { action, since, limit }: { readonly action: string; readonly since: Date; readonly limit: number },
) {
  const entries = auditEntriesBy(em, 'audit_entries_by_action')
    .where(eb.and([eb('e.action', '=', action), eb('e.at', '>=', since), eb('e.result', '=', 'done')]))
    .orderBy('e.at')
    .orderBy('e.id')
    .limit(limit)
    .select(['e.at', 'e.token', 'e.detail', 'e.database_name as databaseName', 'e.backup_id as backupId']);
  return readRows(em, entries);
}

/** Counts entries in the same way as `searchEntries`. @throws AppError 422 */
export async function countEntries({ em, budget }: Parts, search: AuditSearch): Promise<number> {
  const path = pathFor(search);
  const sizes = path.rest.length === 0 ? INDEX_ENTRIES : ROWS;
  let sum = 0;
  for await (const window of windows({ em, budget }, path, { first: sizes.most, ...sizes })) {
    const conditions = [...path.on, ...window, ...path.rest];
    sum += await countRows(em, auditEntriesBy(em, path.index).where(eb.and(conditions)));
  }
  return sum;
}

/** An index, what bounds the part of it that is read, and what must be looked up in the row. */
interface Path {
  readonly index: string;
  readonly on: readonly Condition[];
  readonly rest: readonly Condition[];
}

/** How many entries of an index are read at a time, and how many cost as much as a row of an answer. */
interface Sizes {
  readonly most: number;
  readonly perRow: number;
}

const ROWS: Sizes = { most: 2_000, perRow: 10 };
const INDEX_ENTRIES: Sizes = { most: 20_000, perRow: 50 };

/** The filter first by which the fewest are left, usually. */
function pathFor({ from, before, ...filters }: AuditSearch): Path {
  const times = [...(from ? [eb('e.at', '>=', from)] : []), ...(before ? [eb('e.at', '<', before)] : [])];
  const { address, database, token, result, action } = filters;
  const given = [
    ...(address === undefined
      ? []
      : [{ index: 'address', condition: isText(eb.ref('e.address').$notNull(), address) }]),
    ...(database === undefined
      ? []
      : [{ index: 'database', condition: isText(eb.ref('e.database_name').$notNull(), database) }]),
    ...(token === undefined ? [] : [{ index: 'token', condition: isText(eb.ref('e.token').$notNull(), token) }]),
    ...(isRare(result) ? [{ index: 'result', condition: eb('e.result', '=', result!) }] : []),
    ...(action === undefined ? [] : [{ index: 'action', condition: eb('e.action', '=', action) }]),
    ...(result === undefined || isRare(result) ? [] : [{ index: 'result', condition: eb('e.result', '=', result) }]),
  ];
  const [first, ...others] = given;
  const index = `audit_entries_by_${first?.index ?? 'time'}`;
  return { index, on: [...(first ? [first.condition] : []), ...times], rest: others.map(({ condition }) => condition) };
}

function isRare(result: string | undefined): boolean {
  return result === 'refused' || result === 'failed';
}

interface Scan extends Sizes {
  readonly start?: AuditPlace | undefined;
  /** How large the first window is; the next are larger. */
  readonly first: number;
}

/** Each is paid for before it is read. @returns conditions that are one window after the other */
async function* windows({ em, budget }: Parts, path: Path, scan: Scan): AsyncGenerator<Condition[]> {
  const { most, perRow } = scan;
  let from = scan.start;
  for (let size = Math.min(scan.first, most); ; size = Math.min(size * 4, most)) {
    budget.take(Math.ceil(size / perRow));
    const behind = from ? [isBehind(from)] : [];
    const places = newestFirst(auditEntriesBy(em, path.index).select(['e.at', 'e.id']), [...path.on, ...behind]);
    const [to] = await readRows(em, places.limit(1).offset(size - 1));
    yield [...behind, ...(to ? [isUpTo(to)] : [])];
    if (!to) return;
    from = to;
  }
}

function newestFirst<Columns>(entries: AuditQuery<Columns>, conditions: readonly Condition[]): AuditQuery<Columns> {
  return entries
    .where(eb.and([...conditions]))
    .orderBy('e.at', 'desc')
    .orderBy('e.id', 'desc');
}

/** The first condition alone bounds the range on the index. */
function isBehind({ at, id }: AuditPlace): Condition {
  return eb.and([eb('e.at', '<=', at), eb.or([eb('e.at', '<', at), eb('e.id', '<', id)])]);
}

function isUpTo({ at, id }: AuditPlace): Condition {
  return eb.and([eb('e.at', '>=', at), eb.or([eb('e.at', '>', at), eb('e.id', '>=', id)])]);
}

const eb = auditExpressions();
