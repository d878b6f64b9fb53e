import { type FindingList, stateOf } from '../../protocol/finding.ts';
import { emptyInventory, type Inventory, type Manifest } from '../../protocol/manifest.ts';
import type { SampleZip } from './sample-zip.ts';

interface Wish {
  /** What the dump holds; only a table `barang` with 1,000 rows when left out. */
  readonly inventory?: Partial<Inventory>;
  readonly findings?: NonNullable<FindingList>;
  readonly shrinkLimitPercent?: number;
  readonly madeFor?: 'restore';
}

/** Makes the manifest that `sade` would send with a zip; true in every respect that is not wished otherwise. */
export function sampleManifest({ fileName, database, bytes, sha256, dump }: SampleZip, wish: Wish = {}): Manifest {
  const { inventory = { tables: [table('barang', 1000)] }, findings = [], shrinkLimitPercent = 50, madeFor } = wish;
  const [date, time] = [fileName.slice(6, 16), fileName.slice(17, 25).replaceAll('-', ':')];
  const rows = (inventory.tables ?? []).reduce((sum, { rows }) => sum + rows, 0);
  return manifestWith({
    file_name: fileName,
    made_for: madeFor ?? null,
    database,
    findings,
    started_at: `${date}T${time}.000Z`,
    ended_at: `${date}T${time}.900Z`,
    dump: {
      ...dump,
      rows,
      ends_with_marker: true,
      character_set: 'utf8mb4',
      binlog: null,
      gtid: null,
      longest_statement: null,
      options_sha256: null,
    },
    zip: { size: bytes.length, sha256 },
    inventory: { ...emptyInventory(), ...inventory },
    shrink_limit_percent: shrinkLimitPercent,
  });
}

/** @returns a table of an inventory */
export function table(name: string, rows: number) {
  return { name, rows, bytes: rows * 10 };
}

/** Makes a manifest that is right in every respect that is not wished otherwise. */
export function manifestWith(wish: Partial<Manifest> & Pick<Manifest, 'file_name'>): Manifest {
  const findings = wish.findings ?? [];
  return {
    manifest_version: 2,
    database: 'pt_xyz',
    state: stateOf(findings ?? []) === 'complete' ? 'complete' : 'incomplete',
    findings,
    started_at: '2023-10-31T00:00:00.000Z',
    ended_at: '2023-10-31T00:00:04.000Z',
    made_by: 'a test',
    made_for: null,
    source: {
      ...{ database: 'pt_xyz', server: { flavour: 'mariadb', version: '10.11.19' } },
      ...{ character_set: 'utf8mb4', collation: 'utf8mb4_general_ci', lower_case_table_names: 0 },
    },
    client: { flavour: 'mariadb', version: '10.11.19' },
    dump: {
      ...{ size: 18, sha256: '0'.repeat(64), rows: 0, ends_with_marker: true },
      ...{ character_set: 'utf8mb4', binlog: null, gtid: null, longest_statement: null, options_sha256: null },
    },
    zip: { size: 100, sha256: '0'.repeat(64) },
    inventory: emptyInventory(),
    rehearsal: null,
    shrink_limit_percent: 50,
    ...wish,
  };
}
