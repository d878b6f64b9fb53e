import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { formatBytes } from '../../../protocol/format-bytes.ts';
import { KIND_NAMES, type Manifest, namesIn, OBJECT_KINDS } from '../../../protocol/manifest.ts';
import { takenAtOf } from '../../entities/taken-at.ts';
import { type Comparable, comparable, wantedOptions } from './comparable.ts';
import type { Reference } from './find-reference.ts';

/**
 * Compares a backup with the last one of the same database that is complete and has no unaccepted loss.
 * @returns `DATABASE_EMPTIED` when no row or nothing is left, `SHRUNK` when something was lost, by the newer one's `shrink_limit_percent`
 */
export function compareInventories(newer: Manifest, { id, fileName, manifest: older }: Reference): Finding[] {
  // By the time of its name, as all lists show it: the manifest may have another.
  const reference = `backup ${id} (${formatTimestamp(takenAtOf({ fileName }))} UTC)`;
  const expected = comparable(newer, older);
  const had = lastContents(newer, older, expected);
  const lost = newer.shrink_limit_percent === 0 ? [] : lostSince(newer, older, expected, had !== undefined);
  return [
    ...(had === undefined ? [] : [finding('DATABASE_EMPTIED', `${reference} had ${had}, this one has none`, EMPTIED)]),
    ...(lost.length === 0 ? [] : [finding('SHRUNK', `lost since ${reference}: ${lost.join('; ')}`)]),
  ];
}

/**
 * @returns what the older one had of which nothing is left, such as `7 rows in all`; undefined when something is
 *
 * A dump that leaves out more than the older one did, on purpose or for want of a right, may be empty: that is no alarm.
 */
function lastContents(newer: Manifest, older: Manifest, expected: Comparable): string | undefined {
  if (newer.findings.some(({ code }) => code === 'TABLES_NOT_GRANTED')) return undefined;
  const before = new Set(wantedOptions(older.findings));
  if (!wantedOptions(newer.findings).every(option => before.has(option))) return undefined;
  const had = countObjects(older);
  if (had > 0 && countObjects(newer) === 0) return counted(had, 'object');
  const rows = countRows(older, expected);
  return rows === 0 || countRows(newer, expected) > 0 ? undefined : `${counted(rows, 'row')} in all`;
}

/**
 * @returns what a backup has lost since an older one, a key for each: `table faktur` for an object that is gone, `rows faktur`
 *   for a table with less rows, `rows` for all tables together, `bytes` for the dump
 */
export function lossKeys(newer: Manifest, older: Manifest): Set<string> {
  const expected = comparable(newer, older);
  return new Set([
    ...goneObjects(newer, older, expected),
    ...fallenTables(newer, older, expected).map(({ name }) => `rows ${name}`),
    ...(hasFallenInAll(newer, older, expected) ? ['rows'] : []),
    ...(sizeFell(newer, older, expected).length > 0 ? ['bytes'] : []),
  ]);
}

function lostSince(newer: Manifest, older: Manifest, expected: Comparable, isEmptied: boolean): string[] {
  const gone = goneSince(newer, older, expected);
  if (isEmptied) return gone;
  return [...gone, ...rowsFell(newer, older, expected), ...sizeFell(newer, older, expected)];
}

function goneSince(newer: Manifest, older: Manifest, expected: Comparable): string[] {
  const rows = new Map(older.inventory.tables.map(({ name, rows }) => [`${KIND_NAMES.tables} ${name}`, rows]));
  const gone = goneObjects(newer, older, expected).map(name =>
    rows.has(name) ? `${name} (${counted(rows.get(name)!, 'row')})` : name,
  );
  return gone.length === 0 ? [] : [firstNames(gone)];
}

function goneObjects(newer: Manifest, older: Manifest, { isExpected }: Comparable): string[] {
  return OBJECT_KINDS.flatMap(kind => {
    const there = new Set(namesIn(newer.inventory, kind));
    return namesIn(older.inventory, kind)
      .filter(name => !there.has(name) && isExpected(kind, name))
      .map(name => `${KIND_NAMES[kind]} ${name}`);
  });
}

function rowsFell(newer: Manifest, older: Manifest, expected: Comparable): string[] {
  const fallen = fallenTables(newer, older, expected).map(
    ({ name, had, has }) => `table ${name} ${formatCount(had)} -> ${formatCount(has)}`,
  );
  const [had, has] = [countRows(older, expected), countRows(newer, expected)];
  if (hasFallenInAll(newer, older, expected)) fallen.unshift(`${formatCount(had)} -> ${formatCount(has)} in total`);
  return fallen.length === 0 ? [] : [`rows: ${firstNames(fallen)}`];
}

function fallenTables(newer: Manifest, older: Manifest, { areRowsExpected }: Comparable) {
  const now = new Map(newer.inventory.tables.map(({ name, rows }) => [name, rows]));
  return older.inventory.tables
    .filter(({ name, rows }) => rows >= MIN_ROWS && areRowsExpected(name))
    .map(({ name, rows }) => ({ name, had: rows, has: now.get(name) ?? rows }))
    .filter(({ had, has }) => hasShrunk(has, had, newer.shrink_limit_percent));
}

function hasFallenInAll(newer: Manifest, older: Manifest, expected: Comparable): boolean {
  const [had, has] = [countRows(older, expected), countRows(newer, expected)];
  return had >= MIN_ROWS && hasShrunk(has, had, newer.shrink_limit_percent);
}

function sizeFell(newer: Manifest, older: Manifest, { isSizeExpected }: Comparable): string[] {
  const [had, has] = [older.dump.size, newer.dump.size];
  if (!isSizeExpected || !hasShrunk(has, had, newer.shrink_limit_percent)) return [];
  return [`bytes of the dump: ${formatBytes(had)} -> ${formatBytes(has)}`];
}

/** Whether more than `limitPercent` of it was lost. */
function hasShrunk(now: number, before: number, limitPercent: number): boolean {
  return (before - now) / before > limitPercent / 100;
}

/** A table with fewer rows than that may lose most of them on any day. */
const MIN_ROWS = 100;

function countRows({ inventory }: Manifest, { areRowsExpected }: Comparable): number {
  return inventory.tables.reduce((sum, { name, rows }) => sum + (areRowsExpected(name) ? rows : 0), 0);
}

function countObjects({ inventory }: Manifest): number {
  return OBJECT_KINDS.reduce((sum, kind) => sum + inventory[kind].length, 0);
}

/** @returns such as `1 object`, `1,200 rows` */
function counted(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** @returns such as `1,234,567` */
function formatCount(number: number): string {
  return number.toLocaleString('en');
}

const EMPTIED =
  'Check the database first, and keep the older backup. If the database is meant to be empty, give it another label from now on ("name" in databases.json).';
