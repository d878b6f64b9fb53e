import { forEachKind, type Manifest, namesIn, type ObjectKind } from '../../../protocol/manifest.ts';
import type { EntityManager } from '../../history/orm.ts';
import { knownManifest } from '../losses/inventory.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';
import { manifestsById } from '../queries/listed-backup.ts';

/** A table, or another object of a dump, which has no rows. */
export interface ListedObject {
  readonly name: string;
  readonly rows?: number | undefined;
  /** What its INSERT statements take in the dump, in bytes. */
  readonly bytes?: number | undefined;
}

/** Which objects are listed. */
export interface WantedObjects {
  readonly kind: ObjectKind;
  /** A part of the name; upper and lower case do not matter. All when empty. */
  readonly search: string;
  /** By name, or the largest first. */
  readonly by: 'name' | 'rows' | 'bytes';
  /** How many come before the page, and how many it has at most. */
  readonly skip: number;
  readonly limit: number;
}

/** What the manifest of a backup says, as far as a page shows it. */
export interface Contents extends Pick<Manifest, 'source' | 'client' | 'rehearsal'> {
  /** How many objects of each kind there are. */
  readonly counts: Readonly<Record<ObjectKind, number>>;
  /** Of all tables. */
  readonly rows: number;
  readonly madeBy: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly objects: readonly ListedObject[];
  /** How many the search has found, on all pages. */
  readonly found: number;
}

/**
 * Reads a page of what a backup contains. A manifest may list a hundred thousand tables: it is read and taken apart while no other
 * large one is, and no more than the page stays in memory.
 * @param backup that the caller has found in its scope
 * @returns null without a manifest, and for one that this version does not understand
 */
export async function readContents(
  { em }: { em: EntityManager },
  { id, manifestBytes }: StoredManifest,
  wanted: WantedObjects,
): Promise<Contents | null> {
  if (manifestBytes === 0) return null;
  return manifestTurn(manifestBytes, async () => {
    const manifest = await manifestOf(em, id);
    if (!manifest) return null;
    const { inventory, dump, source, client, rehearsal, made_by: madeBy } = manifest;
    const counts = forEachKind(kind => inventory[kind].length);
    const times = { startedAt: new Date(manifest.started_at), endedAt: new Date(manifest.ended_at) };
    return { counts, rows: dump.rows, madeBy, ...times, source, client, rehearsal, ...pageOf(manifest, wanted) };
  });
}

/** Where a manifest is, and how large. */
export interface StoredManifest {
  readonly id: number;
  /** 0 without one. */
  readonly manifestBytes: number;
}

/** @returns the manifest of a backup, if this version understands it. To be called within a `manifestTurn` */
export async function manifestOf(em: EntityManager, id: number): Promise<Manifest | undefined> {
  const [json] = await manifestsById({ em }, [id]);
  return json == null ? undefined : knownManifest(json);
}

function pageOf({ inventory }: Manifest, { kind, search, by, skip, limit }: WantedObjects) {
  const objects: ListedObject[] =
    kind === 'tables' ? inventory.tables : namesIn(inventory, kind).map(name => ({ name }));
  const folded = search.toLowerCase();
  const found = folded === '' ? objects : objects.filter(({ name }) => name.toLowerCase().includes(folded));
  const size = (object: ListedObject) => (by === 'rows' ? object.rows : object.bytes) ?? 0;
  const sorted = found.toSorted((a, b) => (by === 'name' ? 0 : size(b) - size(a)) || compareNames(a.name, b.name));
  const page = sorted.slice(skip, skip + limit);
  return { found: found.length, objects: page.map(({ name, rows, bytes }) => ({ name, rows, bytes })) };
}

/** By their code units: for a hundred thousand names a collator needs a second. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
