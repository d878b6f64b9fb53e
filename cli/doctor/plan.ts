import { type Finding, stateOf } from '../../protocol/finding.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { BackupSettings } from '../options/settings.ts';
import type { Check } from './checks/check.ts';
import type { DumpPlan } from './checks/database-check.ts';
import type { ChosenOption } from './checks/dump-plan.ts';
import type { Examination } from './examine.ts';
import { reportOf } from './render.ts';

/** What a run would do; the whole of what `sade backup --dry-run --json` prints. */
export interface RunPlan {
  readonly dryRun: true;
  readonly server: string;
  readonly workDir: string;
  /** How much the zips are compressed, 1 to 9. */
  readonly level: number;
  readonly databases: readonly PlannedBackup[];
  /** What `sade doctor` says of all that a run would use. */
  readonly checks: readonly Check[];
  readonly exitCode: number;
}

/** What a run would do with one database. */
export interface PlannedBackup {
  readonly database: string;
  /** `failed`: no dump could be made now. */
  readonly expected: 'complete' | 'incomplete' | 'failed';
  readonly dump: PlannedDump | null;
}

interface PlannedDump {
  readonly program: Pick<MysqldumpClient, 'path' | 'flavour' | 'version'>;
  /** Beside those of every dump. */
  readonly options: readonly ChosenOption[];
  readonly findings: readonly Finding[];
  readonly estimatedBytes: number;
  readonly estimatedSeconds: number;
  /** By what the time was estimated. */
  readonly estimateBasis: string;
}

export function planOf({ checks, sources, plans }: Examination, { server, workDir, level }: BackupSettings): RunPlan {
  const databases = sources.map(({ label }) => planBackup(label, plans.get(label)));
  return { dryRun: true, server: server.href, workDir, level, databases, ...reportOf(checks) };
}

function planBackup(database: string, plan: DumpPlan | undefined): PlannedBackup {
  if (!plan) return { database, expected: 'failed', dump: null };
  const { client, options, findings, bytes, time } = plan;
  const { path, flavour, version } = client;
  const expected = stateOf(findings) === 'complete' ? 'complete' : 'incomplete';
  const estimate = { estimatedBytes: bytes, estimatedSeconds: time.seconds, estimateBasis: time.basis };
  return { database, expected, dump: { program: { path, flavour, version }, options, findings, ...estimate } };
}
