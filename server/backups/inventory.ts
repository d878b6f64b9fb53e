import { type Inventory, type Manifest, manifestSchema } from '../../protocol/manifest.ts';

/** @returns what a manifest says that the dump holds, or null when there is none that this version understands */
export function inventoryOf(manifest: string | null): (Inventory & { rows: number; packageBodies: string[] }) | null {
  const { inventory, dump } = parse(manifest) ?? {};
  return inventory && dump ? { ...inventory, rows: dump.rows, packageBodies: inventory.package_bodies } : null;
}

/** @returns how long the dump took, in seconds, or null when nobody says so */
export function dumpSecondsOf(manifest: string | null): number | null {
  const { started_at, ended_at } = parse(manifest) ?? {};
  return started_at && ended_at ? (Date.parse(ended_at) - Date.parse(started_at)) / 1000 : null;
}

/** As it was checked when it came. One of a later version may hold other things. */
function parse(manifest: string | null): Manifest | undefined {
  if (manifest === null) return undefined;
  const parsed: unknown = JSON.parse(manifest);
  return manifestSchema.isValidSync(parsed, { strict: true }) ? parsed : undefined;
}
