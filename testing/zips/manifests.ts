import { stateOf } from '../../protocol/finding.ts';
import { emptyInventory, type Manifest } from '../../protocol/manifest.ts';

/** Makes a manifest that is right in every respect that is not wished otherwise. */
export function sampleManifest(wish: Partial<Manifest> & Pick<Manifest, 'file_name'>): Manifest {
  const findings = wish.findings ?? [];
  return {
    manifest_version: 2,
    database: 'pt_xyz',
    state: stateOf(findings as never) === 'complete' ? 'complete' : 'incomplete',
    findings,
    started_at: '2023-10-31T00:00:00.000Z',
    ended_at: '2023-10-31T00:00:04.000Z',
    made_by: 'a test',
    source: {
      ...{ database: 'pt_xyz', server: { flavour: 'mariadb', version: '10.11.19' } },
      ...{ character_set: 'utf8mb4', collation: 'utf8mb4_general_ci' },
    },
    client: { flavour: 'mariadb', version: '10.11.19' },
    dump: {
      ...{ size: 18, sha256: '0'.repeat(64), rows: 0, ends_with_marker: true },
      ...{ character_set: 'utf8mb4', binlog: null, gtid: null },
    },
    zip: { size: 100, sha256: '0'.repeat(64) },
    inventory: emptyInventory(),
    shrink_limit_percent: 50,
    ...wish,
  };
}
