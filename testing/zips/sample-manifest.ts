import type { FindingList } from '../../protocol/finding.ts';
import { emptyInventory, type Inventory, type Manifest } from '../../protocol/manifest.ts';
import { sampleManifest as manifestOf } from './manifests.ts';
import type { SampleZip } from './sample-zip.ts';

interface Wish {
  /** What the dump holds; only a table `barang` with 1,000 rows when left out. */
  readonly inventory?: Partial<Inventory>;
  readonly findings?: NonNullable<FindingList>;
  readonly shrinkLimitPercent?: number;
}

/** Makes the manifest that `sade` would send with a zip; true in every respect that is not wished otherwise. */
export function sampleManifest({ fileName, database, bytes, sha256, dump }: SampleZip, wish: Wish = {}): Manifest {
  const { inventory = { tables: [table('barang', 1000)] }, findings = [], shrinkLimitPercent = 50 } = wish;
  const [date, time] = [fileName.slice(6, 16), fileName.slice(17, 25).replaceAll('-', ':')];
  const rows = (inventory.tables ?? []).reduce((sum, { rows }) => sum + rows, 0);
  return manifestOf({
    file_name: fileName,
    database,
    findings,
    started_at: `${date}T${time}.000Z`,
    ended_at: `${date}T${time}.900Z`,
    dump: { ...dump, rows, ends_with_marker: true, character_set: 'utf8mb4', binlog: null, gtid: null },
    zip: { size: bytes.length, sha256 },
    inventory: { ...emptyInventory(), ...inventory },
    shrink_limit_percent: shrinkLimitPercent,
  });
}

/** @returns a table of an inventory */
export function table(name: string, rows: number) {
  return { name, rows, bytes: rows * 10 };
}
