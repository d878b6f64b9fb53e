import { randomUUID } from 'node:crypto';
import { KIND_NAMES } from '../../../protocol/manifest.ts';
import type { RestoreReport } from '../../../protocol/reports/restore-report.ts';
import program from '../../package.json' with { type: 'json' };
import type { FilterChange } from '../../restore-filter/filter-options.ts';
import { redactedReport } from '../../secrets/report-redactor.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import type { RestoreResult } from '../run/restore-result.ts';
import { targetRedactor } from '../target/restore-target.ts';
import type { Difference } from '../verify/verify-loaded.ts';

/** @returns what the service keeps of a restore */
export function reportOf(prepared: PreparedRestore, result: RestoreResult): RestoreReport {
  const { backup, target, wish, preflight, plan } = prepared;
  const { verification, seconds } = result;
  const redact = targetRedactor(target).text;
  const report: RestoreReport = {
    ...{ report_version: 1, report_id: randomUUID(), made_by: `sade ${program.version}`, database: backup.label },
    backup: { id: idOf(backup) ?? null, file_name: backup.fileName, zip_sha256: backup.zipSha256 ?? null },
    started_at: result.startedAt.toISOString(),
    ended_at: result.endedAt.toISOString(),
    rto_seconds: result.outcome === 'failed' ? null : orNull(seconds.rto),
    server: { flavour: preflight.facts.flavour, version: redact(preflight.facts.version) },
    source_server: orNull(backup.manifest?.source.server),
    ...loadedFields(result),
    outcome: result.outcome,
    reason: reasonOf(result),
    differences: (verification?.differences ?? []).map(differenceOf),
    difference_count: verification?.differenceCount ?? 0,
    not_tested: (verification?.notCounted ?? []).map(
      table => `the rows of ${table}, which lie elsewhere, were not counted`,
    ),
    target: { host: target.address, database: target.database, kind: KINDS[plan.action] },
    parts: wish.parts,
    tables: wish.tables ? [...wish.tables] : null,
    safety_backup: orNull(result.safetyBackup),
    target_unchanged: result.outcome === 'failed' && result.isTargetUnchanged,
    seconds: {
      ...{ fetch: orNull(seconds.fetch), load: orNull(seconds.load) },
      ...{ keys: orNull(result.loaded?.keysSeconds), verify: orNull(seconds.verify) },
    },
  };
  return redactedReport(report, redact);
}

function loadedFields({
  loaded,
  verification,
}: RestoreResult): Pick<RestoreReport, 'way' | 'way_reason' | 'loaded' | 'changes' | 'change_count'> {
  const objects = orNull(verification?.objects);
  if (!loaded)
    return { way: null, way_reason: null, loaded: { bytes: null, rows: null, objects }, changes: [], change_count: 0 };
  const { bytes, rows, changes } = loaded;
  return {
    way: loaded.way === 'side by side' ? 'parallel' : 'plain',
    way_reason: orNull(loaded.whyInOrder),
    loaded: { bytes, rows, objects },
    changes: changes.map(changeOf),
    change_count: changes.length,
  };
}

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}

const KINDS = { create: 'new', fill: 'empty', 'add tables': 'existing', replace: 'replaced' } as const;

function reasonOf({ outcome, reason, verification }: RestoreResult): string | null {
  if (outcome === 'agreed') return null;
  return reason ?? `${verification?.differenceCount ?? 0} differences from the backup`;
}

function differenceOf({ kind, name, expected, found }: Difference) {
  return { kind: KIND_NAMES[kind], object: name, expected, found };
}

function changeOf({ action, what, object, count }: FilterChange) {
  return { kind: action, object: object ?? null, message: what, count };
}
