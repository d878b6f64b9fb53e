import { randomUUID } from 'node:crypto';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';

const common = () => ({
  report_version: 1,
  report_id: randomUUID(),
  made_by: 'sade 0.1.0, Node 24.21.0',
  database: 'pt_xyz',
  backup: { id: 1, file_name: 'mysql-2026-11-24-01-30-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip' },
  started_at: '2026-11-24T06:00:00.000Z',
  ended_at: '2026-11-24T06:01:30.000Z',
  rto_seconds: 74.5,
  server: { flavour: 'mariadb' as const, version: '10.11.14' },
  source_server: { flavour: 'mariadb' as const, version: '10.11.13' },
  way: 'parallel' as const,
  way_reason: null,
  loaded: { bytes: 52_428_800, rows: 120_000, objects: 42 },
  reason: null,
  differences: [],
  difference_count: 0,
  changes: [],
  change_count: 0,
  not_tested: [],
});

/** @returns the report of a restore in which all agreed, under an id of its own */
export function sampleRestore(fields: Partial<RestoreReport> = {}): RestoreReport {
  const { backup, ...rest } = common();
  return {
    ...rest,
    backup: { ...backup, zip_sha256: null },
    outcome: 'agreed',
    target: { host: '192.168.0.1:3306', database: 'pt_xyz_restored', kind: 'new' },
    parts: 'all',
    tables: null,
    safety_backup: null,
    target_unchanged: false,
    seconds: { fetch: 12, load: 50.5, keys: 8, verify: 4 },
    ...fields,
  };
}

/** @returns the report of a drill that showed a backup restorable, under an id of its own */
export function sampleDrill(fields: Partial<DrillReport> = {}): DrillReport {
  const { backup, ...rest } = common();
  return {
    ...rest,
    backup: { ...backup, zip_sha256: null },
    outcome: 'restorable',
    target: { kind: 'throwaway', host: null },
    dump_again: 'same',
    checks: [],
    seconds: { fetch: 12, load: 50.5, keys: 8, verify: 4, checks: null, dump_again: 9.5 },
    ...fields,
  };
}
