import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import { type Manifest, namesIn, OBJECT_KINDS } from '../../protocol/manifest.ts';

/**
 * Holds a backup against the last complete one of the same database, to tell of what has gone since.
 * @returns what is worth a look, by the newer one's `shrink_limit_percent`; nothing when both hold about the same
 */
export function compareInventories(newer: Manifest, older: Manifest): Finding[] {
  const since = `since the last complete backup (${older.started_at.slice(0, 19).replace('T', ' ')} UTC)`;
  const emptied = isComparable(newer, older) ? emptiedSince(newer, older, since) : undefined;
  const gone = goneSince(newer, older, since);
  const shrunk = emptied ? [] : [rowsFell(newer, older, since), sizeFell(newer, older, since)];
  return [emptied, gone, ...shrunk].filter(found => found !== undefined);
}

/** A dump that leaves out more than the older one did, as somebody wants it, may be empty: that is no alarm. */
function isComparable(newer: Manifest, older: Manifest): boolean {
  const wanted = ({ findings }: Manifest) =>
    findings.filter(({ code }) => code === 'PARTIAL_AS_WANTED').map(({ message }) => message);
  const before = new Set(wanted(older));
  return wanted(newer).every(message => before.has(message));
}

function emptiedSince(newer: Manifest, older: Manifest, since: string): Finding | undefined {
  const [had, has] = [countObjects(older), countObjects(newer)];
  if (had > 0 && has === 0)
    return finding('DUMP_EMPTIED', `nothing is in the dump any more: ${had} objects ${since}`, EMPTIED);
  const rows = countRows(older);
  if (rows === 0 || countRows(newer) > 0) return undefined;
  return finding('DUMP_EMPTIED', `no table has a row any more: ${rows} rows ${since}`, EMPTIED);
}

function goneSince(newer: Manifest, older: Manifest, since: string): Finding | undefined {
  const gone = OBJECT_KINDS.flatMap(kind => {
    const there = new Set(namesIn(newer.inventory, kind));
    return namesIn(older.inventory, kind)
      .filter(name => !there.has(name))
      .map(name => `${SINGULAR[kind]} ${name}`);
  });
  return gone.length === 0 ? undefined : finding('OBJECTS_GONE', `gone ${since}: ${firstNames(gone)}`, LOOK);
}

function rowsFell(newer: Manifest, older: Manifest, since: string): Finding | undefined {
  const limit = newer.shrink_limit_percent;
  const now = new Map(newer.inventory.tables.map(({ name, rows }) => [name, rows]));
  const fallen = older.inventory.tables
    .filter(({ name, rows }) => rows >= MIN_ROWS && hasShrunk(now.get(name) ?? rows, rows, limit))
    .map(({ name, rows }) => `table ${name} from ${rows} to ${now.get(name)} rows`);
  const [had, has] = [countRows(older), countRows(newer)];
  if (had >= MIN_ROWS && hasShrunk(has, had, limit)) fallen.unshift(`the whole from ${had} to ${has} rows`);
  return fallen.length === 0 ? undefined : finding('ROWS_FELL', `shrunk ${since}: ${firstNames(fallen)}`, LOOK);
}

function sizeFell(newer: Manifest, older: Manifest, since: string): Finding | undefined {
  if (!hasShrunk(newer.dump.size, older.dump.size, newer.shrink_limit_percent)) return undefined;
  return finding('SIZE_FELL', `the dump shrank from ${older.dump.size} to ${newer.dump.size} bytes ${since}`, LOOK);
}

/** Whether more than `limitPercent` of it was lost; 0 means that nobody wants to know. */
function hasShrunk(now: number, before: number, limitPercent: number): boolean {
  return limitPercent > 0 && (before - now) / before > limitPercent / 100;
}

/** A table with fewer rows than that may lose most of them on any day. */
const MIN_ROWS = 100;
function countRows({ inventory }: Manifest): number {
  return inventory.tables.reduce((sum, { rows }) => sum + rows, 0);
}

function countObjects({ inventory }: Manifest): number {
  return OBJECT_KINDS.reduce((sum, kind) => sum + inventory[kind].length, 0);
}

const SINGULAR = {
  tables: 'table',
  sequences: 'sequence',
  views: 'view',
  triggers: 'trigger',
  procedures: 'procedure',
  functions: 'function',
  packages: 'package',
  package_bodies: 'package body',
  events: 'event',
} as const;

const LOOK = 'If nobody meant to remove that, look into the database, and keep the older backup.';
const EMPTIED =
  'Look into the database before anything else, and keep the older backup. If it is meant to be empty, keep it under another label from now on.';
