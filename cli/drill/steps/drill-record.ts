import { v4 as uuid } from 'uuid';
import type { DrillOutcome } from '../../../protocol/last-drill.ts';
import { KIND_NAMES } from '../../../protocol/manifest.ts';
import type { DrillReport, ReportedCheck } from '../../../protocol/reports/drill-report.ts';
import type { Difference, ReportedChange } from '../../../protocol/reports/report-parts.ts';
import type { LoadResult } from '../../load/load-options.ts';
import { madeBy } from '../../manifest/made-by.ts';
import type { BackupToRestore } from '../../restore/choice/backup-to-restore.ts';
import type { Verification } from '../../restore/verify/verify-loaded.ts';
import type { DrillServer } from '../server/drill-server.ts';
import type { ChosenBackup } from './choose-backups.ts';

type Phase = keyof DrillReport['seconds'];

const NO_FILE = 'not known';

/** What a drill has shown so far; its report can be made at any time. */
export class DrillRecord {
  readonly #chosen: ChosenBackup;
  readonly #startedAt = new Date();
  readonly #id = uuid();
  readonly #seconds: Record<Phase, number | null> = {
    ...{ fetch: null, load: null, keys: null, verify: null },
    ...{ checks: null, dump_again: null },
  };
  #fetchBegan: number | undefined;
  #rto: number | null = null;
  backup: BackupToRestore | undefined;
  server: DrillServer | undefined;
  isZipRead = false;
  loaded: LoadResult | undefined;
  verification: Verification | undefined;
  checks: readonly ReportedCheck[] = [];
  dumpAgain: DrillReport['dump_again'] = null;
  /** What the second dump has shown to differ. */
  readonly differences: Difference[] = [];
  /** Sentences. */
  readonly notTested: string[] = [];

  constructor(chosen: ChosenBackup) {
    this.#chosen = chosen;
  }

  /** Does a part of the drill, and measures it. */
  async during<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    if (phase === 'fetch') this.#fetchBegan = began;
    try {
      return await work();
    } finally {
      this.#seconds[phase] = secondsSince(began);
      // The measured time of a restore ends when the loaded database was verified.
      if (phase === 'verify' && this.#fetchBegan !== undefined) this.#rto = secondsSince(this.#fetchBegan);
    }
  }

  /** @param reason one sentence; undefined for a good outcome */
  report(outcome: DrillOutcome, reason: string | undefined): DrillReport {
    const { server, verification } = this;
    const differences = [...(verification?.differences ?? []).map(shownDifference), ...this.differences];
    return {
      ...{ report_version: 1, report_id: this.#id, made_by: madeBy() },
      ...this.#ofBackup(),
      ...{ started_at: this.#startedAt.toISOString(), ended_at: new Date().toISOString(), rto_seconds: this.#rto },
      ...this.#ofLoad(),
      server: server ? { flavour: server.flavour, version: server.version } : null,
      target: { kind: server?.kind ?? 'throwaway', host: server?.host ?? null },
      ...{ outcome, reason: reason ?? null, differences },
      difference_count: (verification?.differenceCount ?? 0) + this.differences.length,
      not_tested: [...this.notTested],
      ...{ dump_again: this.dumpAgain, checks: [...this.checks] },
      seconds: { ...this.#seconds, keys: this.loaded?.keysSeconds ?? null },
    };
  }

  #ofBackup(): Pick<DrillReport, 'database' | 'backup' | 'source_server'> {
    const { backup, isZipRead } = this;
    return {
      database: this.#chosen.label,
      backup: {
        id: this.#chosen.id,
        file_name: backup?.fileName ?? NO_FILE,
        zip_sha256: (isZipRead && backup?.zipSha256) || null,
      },
      source_server: backup?.manifest?.source.server ?? null,
    };
  }

  #ofLoad(): Pick<DrillReport, 'way' | 'way_reason' | 'loaded' | 'changes' | 'change_count'> {
    const { loaded, verification, backup } = this;
    const changes = loaded?.changes ?? [];
    return {
      way: loaded ? WAYS[loaded.way] : null,
      way_reason: loaded?.whyInOrder ?? null,
      loaded: {
        bytes: (loaded && backup?.dumpBytes) ?? null,
        rows: loaded?.rows ?? null,
        objects: verification?.objects ?? null,
      },
      ...{ changes: changes.map(shownChange), change_count: changes.length },
    };
  }
}

const WAYS = { 'in order': 'plain', 'side by side': 'parallel' } as const;

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}

function shownDifference({ kind, name, expected, found }: Verification['differences'][number]): Difference {
  return { kind: KIND_NAMES[kind], object: name, expected, found };
}

function shownChange({ action, what, object, count }: LoadResult['changes'][number]): ReportedChange {
  return { kind: action, object: object ?? null, message: what, count };
}
