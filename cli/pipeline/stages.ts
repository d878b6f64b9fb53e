import { rm, stat } from 'node:fs/promises';
import { v4 as uuid } from 'uuid';
import { type BackupName, formatBackupName, formatDumpName } from '../../protocol/backup-name.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config.ts';
import { codeOf, ExplainedError, messageOf } from '../problems.ts';
import { ServiceUnreachable } from '../service.ts';
import type { Leftover, Spool } from '../spool.ts';
import { deliver } from './deliver.ts';
import { DISK_FULL } from './explain-dump-error.ts';
import { type DumpFacts, DumpWitness } from './make-manifest.ts';
import { writeManifest } from './manifest-file.ts';
import type { DumpClients } from './mysqldump-client.ts';
import type { Outcome, Stage } from './outcome.ts';
import { type Preflight, takeDump } from './take-dump.ts';
import { TimeBudget } from './time-budget.ts';
import { zip } from './zip.ts';

/** Is told how the run goes, to show it; decides nothing. */
export interface Watch {
  /** @param file the one that grows or is read; `bytes` are those to go through, where that is known */
  began(backup: Backup, stage: Stage, file: { readonly path: string; readonly bytes?: number }): void;
  /** @param bytes how many of them are done */
  moved(backup: Backup, bytes: number): void;
}

export interface StagesOptions {
  readonly spool: Spool;
  readonly clients: DumpClients;
  readonly preflight: Preflight;
  readonly server: URL;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly watch: Watch;
}

/** What is known of one database's backup from its first stage to its last. */
export interface Backup {
  readonly database: string;
  readonly fileName: string;
  readonly isLeftover: boolean;
  readonly startedAt: Date;
  readonly budget: TimeBudget;
  /** Grows from stage to stage. */
  readonly findings: Finding[];
}

export interface Dumped {
  readonly kind: 'dumped';
  readonly backup: Backup;
  readonly path: string;
  readonly dumpBytes: number;
  readonly facts: DumpFacts;
}

export interface Zipped {
  readonly kind: 'zipped';
  readonly backup: Backup;
  readonly path: string;
  readonly zipBytes: number;
  readonly dumpBytes?: number;
  /** Read later, from the disk, for what an earlier run left behind. */
  readonly manifest?: Manifest;
}

/** Nothing is left to do: whatever stage comes next hands it on. */
export interface Ended {
  readonly kind: 'ended';
  readonly outcome: Outcome;
}

type SignalOption = { readonly signal: AbortSignal };

/** The work of the three stages on one database, each failure of which becomes an outcome. */
export class Stages {
  readonly #options: StagesOptions;
  /** Once the service could not be reached in spite of all retries, the others' uploads are tried once and no more. */
  #serviceIsDown = false;

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  readonly dump = async (source: DatabaseSource, { signal }: SignalOption): Promise<Dumped | Ended> => {
    const { spool, clients, preflight, timeoutMs, watch } = this.#options;
    const startedAt = new Date();
    const name: BackupName = { database: source.label, takenAt: startedAt, id: uuid() };
    const path = spool.pathOf(formatDumpName(name));
    const fileName = formatBackupName(name);
    const budget = new TimeBudget(timeoutMs);
    const backup: Backup = { database: source.label, fileName, isLeftover: false, startedAt, budget, findings: [] };
    watch.began(backup, 'dump', { path });
    return this.#attempt('dump', backup, signal, async signal => {
      const onSeen = (findings: readonly Finding[]) => void backup.findings.push(...findings);
      const { size, ...taken } = await takeDump(source, path, { clients, preflight, signal, onSeen });
      const facts = { ...taken, source, fileName, startedAt, endedAt: new Date() };
      return { kind: 'dumped', backup, path, dumpBytes: size, facts };
    });
  };

  readonly zip = async (dumped: Dumped | Ended, { signal }: SignalOption): Promise<Zipped | Ended> => {
    if (dumped.kind === 'ended') return dumped;
    const { spool, watch } = this.#options;
    const { backup, dumpBytes } = dumped;
    const path = spool.pathOf(backup.fileName);
    watch.began(backup, 'zip', { path, bytes: dumpBytes });
    try {
      return await this.#attempt('zip', backup, signal, async signal => {
        const onProgress = (bytes: number) => watch.moved(backup, bytes);
        const witness = new DumpWitness();
        let manifest: Manifest | undefined;
        const { size } = await zip(dumped.path, path, {
          signal,
          onProgress,
          observe: witness.see,
          beforeNaming: async sealed => {
            manifest = witness.testify(dumped.facts, sealed);
            await writeManifest(spool.manifestPathOf(backup.fileName), manifest);
          },
        });
        return { kind: 'zipped', backup, path, zipBytes: size, dumpBytes, ...(manifest && { manifest }) };
      });
    } finally {
      await rm(dumped.path, { force: true });
    }
  };

  readonly upload = async (zipped: Zipped | Ended, { signal }: SignalOption): Promise<Ended> => {
    if (zipped.kind === 'ended') return zipped;
    const { watch } = this.#options;
    const { backup, path, zipBytes } = zipped;
    watch.began(backup, 'upload', { path, bytes: zipBytes });
    return this.#attempt('upload', backup, signal, signal => this.#deliver(zipped, signal), zipped);
  };

  async #deliver(zipped: Zipped, signal: AbortSignal): Promise<Ended> {
    const { spool, server, watch } = this.#options;
    const { backup, path, zipBytes: size } = zipped;
    const { database, fileName } = backup;
    const retries = this.#serviceIsDown ? 0 : this.#options.retries;
    const onBytes = (bytes: number) => watch.moved(backup, bytes);
    const parcel = { database, path, fileName, size, ...(zipped.manifest && { manifest: zipped.manifest }) };
    const { receipt, manifest, sha256 } = await deliver(parcel, spool, { server, signal, retries, onBytes });
    this.#serviceIsDown = false;
    return ended(backup, {
      ...contentsOf({ ...zipped, ...(manifest && { manifest }) }),
      state: receipt.state === 'complete' ? 'complete' : 'incomplete',
      findings: receipt.findings as Finding[],
      sha256: sha256.toString('hex'),
      backupId: receipt.id,
    });
  }

  /** Makes of a zip that waits in the spool what the zip stage would have sent. */
  readonly pickUp = ({ database, fileName, path, size }: Leftover): Zipped => {
    const budget = new TimeBudget(this.#options.timeoutMs);
    const backup = { database, fileName, isLeftover: true, startedAt: new Date(), budget, findings: [] };
    return { kind: 'zipped', backup, path, zipBytes: size };
  };

  async #attempt<T>(
    stage: Stage,
    backup: Backup,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    zipped?: Zipped,
  ): Promise<T | Ended> {
    try {
      return await backup.budget.within(signal, work);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ServiceUnreachable) this.#serviceIsDown = true;
      const isKept = zipped && (await exists(zipped.path));
      const failure = { stage, ...explain(error), ...(isKept && { keptAt: zipped.path }) };
      return ended(backup, { state: 'failed', ...(zipped && contentsOf(zipped)), failure });
    }
  }
}

function ended(backup: Backup, rest: Pick<Outcome, 'state'> & Partial<Outcome>): Ended {
  const { database, fileName, isLeftover, startedAt, findings } = backup;
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  return { kind: 'ended', outcome: { database, fileName, isLeftover, startedAt, seconds, findings, ...rest } };
}

function contentsOf({ zipBytes, dumpBytes, manifest }: Zipped): Partial<Outcome> {
  const size = dumpBytes ?? manifest?.dump.size;
  return {
    zipBytes,
    ...(size !== undefined && { dumpBytes: size }),
    ...(manifest && {
      findings: manifest.findings as Finding[],
      tables: manifest.inventory.tables.length,
      rows: manifest.dump.rows,
    }),
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Even a bug met on one database must not cost the others their backup; but it is shown as what it is. */
function explain(error: unknown): { message: string; advice?: string } {
  if (error instanceof ExplainedError) return { message: error.message, ...(error.advice && { advice: error.advice }) };
  const code = codeOf(error) ?? codeOf((error as Error).cause);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      message: messageOf(error),
      advice: DISK_FULL,
    };
  if (code !== undefined || !(error instanceof Error)) return { message: messageOf(error) };
  return { message: `unexpected ${error.stack}`, advice: 'This looks like a defect of sade: please report it.' };
}
