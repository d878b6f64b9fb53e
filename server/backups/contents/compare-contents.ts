import { type Manifest, namesIn, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';
import type { EntityManager } from '../../history/orm.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';
import { compareNames, manifestOf, type StoredManifest } from './read-contents.ts';

/** An object that is in only one of two backups. */
export interface OneSided {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Of a table. */
  readonly rows?: number;
}

/** A table whose number of rows differs. */
export interface ChangedTable {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** A list that is cut, and how long it is. */
export interface CutList<T> {
  readonly all: number;
  readonly first: readonly T[];
}

/** What differs between two backups. */
export interface Comparison {
  readonly lost: CutList<OneSided>;
  readonly gained: CutList<OneSided>;
  /** The largest change first. */
  readonly changed: CutList<ChangedTable>;
  /** Tables with as many rows in both. */
  readonly sameTables: number;
  /** Of all tables, and of the plain dump, in bytes. */
  readonly rows: { readonly before: number; readonly after: number };
  readonly bytes: { readonly before: number; readonly after: number };
}

/** What is compared. */
export interface Compared {
  readonly before: StoredManifest;
  readonly after: StoredManifest;
  /** Only objects with this in their name; all when empty. */
  readonly search: string;
  /** Each list is cut there. */
  readonly limit: number;
}

/**
 * Compares what two backups contain. The manifests are read one after the other, while no other large one is.
 * @param compared backups that the caller has found in its scope
 * @returns what differs; of `before` or `after` the manifest that is missing, or that this version does not understand
 */
export async function compareContents(
  { em }: { em: EntityManager },
  { before, after, search, limit }: Compared,
): Promise<Comparison | { readonly unknown: 'before' | 'after' }> {
  if (before.manifestBytes === 0) return { unknown: 'before' };
  if (after.manifestBytes === 0) return { unknown: 'after' };
  return manifestTurn(before.manifestBytes + after.manifestBytes, async () => {
    const older = await namesOf(em, before.id);
    if (!older) return { unknown: 'before' };
    const newer = await namesOf(em, after.id);
    if (!newer) return { unknown: 'after' };
    return compare(older, newer, { search: search.toLowerCase(), limit });
  });
}

/** What of a manifest is compared: a tenth of its memory, so that two large ones fit. */
interface Names {
  readonly tables: ReadonlyMap<string, number>;
  readonly others: ReadonlyMap<ObjectKind, ReadonlySet<string>>;
  readonly rows: number;
  readonly bytes: number;
}

async function namesOf(em: EntityManager, id: number): Promise<Names | undefined> {
  const manifest = await manifestOf(em, id);
  return manifest && compacted(manifest);
}

function compacted({ inventory, dump }: Manifest): Names {
  const others = OBJECT_KINDS.filter(kind => kind !== 'tables').map(
    kind => [kind, new Set(namesIn(inventory, kind))] as const,
  );
  const tables = new Map(inventory.tables.map(({ name, rows }) => [name, rows]));
  return { tables, others: new Map(others), rows: dump.rows, bytes: dump.size };
}

function compare(older: Names, newer: Names, { search, limit }: { search: string; limit: number }): Comparison {
  const isWanted = (name: string) => search === '' || name.toLowerCase().includes(search);
  const both = [...older.tables].filter(([name]) => newer.tables.has(name) && isWanted(name));
  const changed = both
    .map(([name, before]) => ({ name, before, after: newer.tables.get(name)! }))
    .filter(({ before, after }) => before !== after)
    .sort((a, b) => changeOf(b) - changeOf(a) || compareNames(a.name, b.name));
  return {
    lost: cut(onlyIn(older, newer, isWanted), limit),
    gained: cut(onlyIn(newer, older, isWanted), limit),
    changed: cut(changed, limit),
    sameTables: both.length - changed.length,
    rows: { before: older.rows, after: newer.rows },
    bytes: { before: older.bytes, after: newer.bytes },
  };
}

function onlyIn(one: Names, other: Names, isWanted: (name: string) => boolean): OneSided[] {
  const tables = [...one.tables]
    .filter(([name]) => !other.tables.has(name) && isWanted(name))
    .map(([name, rows]) => ({ kind: 'tables' as const, name, rows }));
  const others = [...one.others].flatMap(([kind, names]) =>
    [...names].filter(name => !other.others.get(kind)!.has(name) && isWanted(name)).map(name => ({ kind, name })),
  );
  return [...tables.sort((a, b) => compareNames(a.name, b.name)), ...others];
}

function changeOf({ before, after }: ChangedTable): number {
  return Math.abs(after - before);
}

function cut<T>(list: readonly T[], limit: number): CutList<T> {
  return { all: list.length, first: list.slice(0, limit) };
}
