import type { Finding } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { DumpFacts } from '../manifest/manifest-builder.ts';
import type { Upcoming } from '../rehearsal/rehearsals.ts';
import type { Outcome, StageName } from '../report/outcome.ts';
import type { Outage } from '../service/outage.ts';
import type { TimeBudget } from './time-budget.ts';

/** Is told how the run goes, to show it; decides nothing. */
export interface ProgressListener {
  /** @param file the one that grows or is read; `bytes` are those to go through, where that is known */
  onStart(backup: BackupJob, stage: StageName, file: { readonly path: string; readonly bytes?: number }): void;
  /** @param bytes how many of them are done */
  onProgress(backup: BackupJob, bytes: number): void;
  /** It waits for the service or for room on the disk, and is worked on no more for now. */
  onWait?(backup: BackupJob): void;
}

/** What is known of one database's backup from its first stage to its last. */
export interface BackupJob {
  readonly database: string;
  readonly fileName: string;
  readonly isLeftover: boolean;
  readonly startedAt: Date;
  readonly budget: TimeBudget;
  /** Known before the dump; a manifest has all of them. */
  readonly findings: readonly Finding[];
}

/** A dump that is whole. */
export interface CompletedDump {
  readonly kind: 'completed';
  readonly dumpBytes: number;
  /** Whether the dump was repeated into the emptied file. */
  readonly isRepeated: boolean;
  readonly facts: DumpFacts;
}

export interface ZippedBackup {
  readonly kind: 'zipped';
  readonly backup: BackupJob;
  readonly path: string;
  readonly zipBytes: number;
  readonly dumpBytes?: number;
  /** Read later, from the disk, for what an earlier run left behind. */
  readonly manifest?: Manifest;
  /** What is needed to rehearse it; undefined when it is not to be rehearsed. */
  readonly rehearsal?: RehearsalDue | undefined;
}

/** What a zip waits for before it is uploaded: its definitions lie in a file, or why they do not. */
export type RehearsalDue = { readonly source: DatabaseSource } & (
  | { readonly upcoming: Upcoming; readonly path: string }
  | { readonly why: string }
);

/** A zip that could not be delivered because of the service: it is tried again when the run ends. */
export interface WaitingUpload {
  readonly kind: 'waiting';
  readonly zipped: ZippedBackup;
  readonly outage: Outage;
}

export interface FinishedJob {
  readonly kind: 'finished';
  readonly outcome: Outcome;
}

/** The disk was full while others took their part of it: the source is tried once more alone, and this is not reported. */
export interface PostponedJob {
  readonly kind: 'postponed';
  readonly source: DatabaseSource;
  readonly fileName: string;
}

/** No later stage has anything to do with it: each hands it on. */
export type OverJob = FinishedJob | PostponedJob;

export function isOver(value: object): value is OverJob {
  return 'kind' in value && (value.kind === 'finished' || value.kind === 'postponed');
}

/** @returns what travels on to the end of the pipeline, with the time that it has taken since its beginning */
export function finishJob(backup: BackupJob, rest: Pick<Outcome, 'state'> & Partial<Outcome>): FinishedJob {
  const { database, fileName, isLeftover, startedAt, findings } = backup;
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  return { kind: 'finished', outcome: { database, fileName, isLeftover, startedAt, seconds, findings, ...rest } };
}

/** @returns what an outcome reports about a zip, as far as it is known */
export function contentsOf({ zipBytes, dumpBytes, manifest }: ZippedBackup): Partial<Outcome> {
  const size = dumpBytes ?? manifest?.dump.size;
  return {
    zipBytes,
    ...(size !== undefined && { dumpBytes: size }),
    ...(manifest && {
      findings: manifest.findings as Finding[],
      tables: manifest.inventory.tables.length,
      rows: manifest.dump.rows,
      dumpSeconds: (Date.parse(manifest.ended_at) - Date.parse(manifest.started_at)) / 1000,
      ...(manifest.rehearsal && { rehearsal: manifest.rehearsal }),
    }),
  };
}
