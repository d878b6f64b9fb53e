import { type Inventory, type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { manifestTurn } from './manifest-turns.ts';

/** @returns what a manifest says that the dump holds, or null without a manifest that this version understands */
export async function inventoryOf(
  manifest: string | null,
): Promise<(Inventory & { rows: number; packageBodies: string[] }) | null> {
  const { inventory, dump } = (await parse(manifest)) ?? {};
  return inventory && dump ? { ...inventory, rows: dump.rows, packageBodies: inventory.package_bodies } : null;
}

/** @returns how long the dump took, in seconds, or null when that is not known */
export async function dumpSecondsOf(manifest: string | null): Promise<number | null> {
  const { started_at, ended_at } = (await parse(manifest)) ?? {};
  return started_at && ended_at ? (Date.parse(ended_at) - Date.parse(started_at)) / 1000 : null;
}

/** As it was checked when it came. One of a later version may hold other things. */
async function parse(manifest: string | null): Promise<Manifest | undefined> {
  if (manifest === null) return undefined;
  return manifestTurn(manifest.length, () => knownManifest(manifest));
}

/** @returns a manifest; undefined for one that this version does not understand. To be called within a `manifestTurn` */
export function knownManifest(json: string): Manifest | undefined {
  const parsed: unknown = JSON.parse(json);
  return manifestSchema.isValidSync(parsed, { strict: true }) ? parsed : undefined;
}
