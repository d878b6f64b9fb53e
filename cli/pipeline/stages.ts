import { rm, stat } from 'node:fs/promises';
import { v4 as uuid } from 'uuid';
import { type BackupName, formatBackupName, formatDumpName } from '../../protocol/backup-name.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type DumpDatabaseOptions, dumpDatabase } from '../dump/dump-database.ts';
import type { SharedCause } from '../errors.ts';
import { isDiskFull } from '../files/disk-space.ts';
import type { Preflight } from '../preflight/preflight.ts';
import type { StageName } from '../report/outcome.ts';
import { unacceptedLossIn } from '../restore/losses.ts';
import { sourceRedactor } from '../secrets/source-redactor.ts';
import type { Outage } from '../service/outage.ts';
import type { PendingUpload, Spool } from '../spool/spool.ts';
import { deliver } from '../upload/deliver.ts';
import { manifestTooLarge, reasonMissing, zipNotRemoved } from '../upload/delivery-findings.ts';
import { probeService } from '../upload/probe-service.ts';
import { type Pass, ServiceGate } from '../upload/service-gate.ts';
import { DiskRoom } from './disk-room.ts';
import { explainFailure } from './explain-failure.ts';
import { explainFullDisk, fullDiskFacts } from './explain-full-disk.ts';
import { contentsOf, finishJob } from './finished-job.ts';
import type { BackupJob, CompletedDump, FinishedJob, ProgressListener, WaitingUpload, ZippedBackup } from './jobs.ts';
import type { Rounds } from './rounds.ts';
import { RunningDump } from './running-dump.ts';
import { TimeBudget } from './time-budget.ts';
import { zipDump } from './zip-dump.ts';

export interface StagesOptions {
  readonly spool: Spool;
  readonly clients: DumpClients;
  readonly preflight: Preflight;
  readonly server: URL;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Of the zips, 1 (fastest) to 9 (smallest). */
  readonly level: number;
  readonly progress: ProgressListener;
}

type SignalOption = { readonly signal: AbortSignal };

type DumpStageOptions = SignalOption & {
  /** Takes what has begun, or has failed before it could; resolves when somebody else has it in hand. */
  readonly handOn: (running: RunningDump | FinishedJob) => Promise<void>;
};

type DumpRequest = Pick<RunningDump, 'backup' | 'path'> & Pick<DumpDatabaseOptions, 'signal' | 'onBegun'>;

/** The work of the three stages on one database, each failure of which becomes an outcome. */
export class Stages {
  readonly #options: StagesOptions;
  readonly #gate: ServiceGate;
  readonly #room: DiskRoom;
  /** Said of each failure for want of room in the same words, so that the mail can say it once. */
  #fullDisk: SharedCause | undefined;

  constructor(options: StagesOptions) {
    this.#options = options;
    this.#gate = new ServiceGate(options.server, options.retries);
    this.#room = new DiskRoom(options.spool.folder);
  }

  /**
   * Dumps a database, and hands the dump on as soon as it has begun.
   * @returns when the dump has ended, well or not
   */
  readonly dump = async (source: DatabaseSource, { signal, handOn }: DumpStageOptions): Promise<void> => {
    const startedAt = new Date();
    const name: BackupName = { database: source.label, takenAt: startedAt, id: uuid() };
    const path = this.#options.spool.pathOf(formatDumpName(name));
    const fileName = formatBackupName(name);
    const budget = new TimeBudget(this.#options.timeoutMs);
    const backup: BackupJob = { database: source.label, fileName, isLeftover: false, startedAt, budget, findings: [] };
    this.#options.progress.onStart(backup, 'dump', { path });
    const running = await RunningDump.begin({
      backup,
      path,
      signal,
      work: ({ signal, onBegun }) =>
        this.#attempt('dump', backup, signal, signal => this.#dumpDatabase(source, { backup, path, signal, onBegun })),
    });
    if (running.kind === 'running' && running.expectedBytes > 0)
      this.#options.progress.onStart(backup, 'dump', { path, bytes: running.expectedBytes });
    try {
      await handOn(running);
    } finally {
      if (running.kind === 'running') await running.completion.catch(() => {});
    }
  };

  async #dumpDatabase(source: DatabaseSource, { backup, path, signal, onBegun }: DumpRequest): Promise<CompletedDump> {
    const { clients, preflight, spool, progress } = this.#options;
    const { fileName, startedAt } = backup;
    const redact = sourceRedactor(source);
    const onFindings = (findings: readonly Finding[]) => void backup.findings.push(...findings.map(redact.finding));
    const zipPath = spool.pathOf(fileName);
    const waitForRoom = async (dumpBytes: number) => {
      const files = [path, zipPath, `${zipPath}.part`];
      const hasWaited = await backup.budget.without(() => this.#room.enter({ fileName, files, dumpBytes }, signal));
      if (hasWaited) progress.onStart(backup, 'dump', { path });
      return hasWaited;
    };
    const { size, isRepeated, ...taken } = await dumpDatabase(source, path, {
      clients,
      preflight,
      signal,
      onFindings,
      waitForRoom,
      onBegun,
    }).catch(error => {
      throw redact.error(error);
    });
    const facts = { ...taken, source, fileName, startedAt, endedAt: new Date() };
    return { kind: 'completed', dumpBytes: size, isRepeated, facts };
  }

  readonly zip = async (
    running: RunningDump | FinishedJob,
    { signal }: SignalOption,
  ): Promise<ZippedBackup | FinishedJob> => {
    if (running.kind === 'finished') return running;
    const { spool, level } = this.#options;
    const { backup, path } = running;
    this.#showZip(running);
    const onProgress = (bytes: number) => this.#options.progress.onProgress(backup, bytes);
    try {
      const zipped = await this.#attempt('zip', backup, signal, signal =>
        zipDump(running, { spool, level, signal, onProgress }),
      );
      return zipped.kind === 'finished' ? ((await running.cancel()) ?? zipped) : zipped;
    } finally {
      // The next run sweeps what can't be removed: the zip is worth no less for it, and a failure has its own reason.
      await rm(path, { force: true }).catch(() => {});
      this.#room.isWritten(backup.fileName);
    }
  };

  /** As long as the dump grows it is what is shown. */
  #showZip({ backup, completion }: RunningDump): void {
    const { spool, progress } = this.#options;
    const path = spool.pathOf(backup.fileName);
    completion.then(
      dumped => dumped.kind === 'completed' && progress.onStart(backup, 'zip', { path, bytes: dumped.dumpBytes }),
      () => {},
    );
  }

  /** @returns what waits for the service, when this is no time to deliver it */
  readonly upload = async (
    zipped: ZippedBackup | FinishedJob,
    { signal }: SignalOption,
  ): Promise<FinishedJob | WaitingUpload> => {
    if (zipped.kind === 'finished') return zipped;
    const outcome = await this.#uploadOrOutage(zipped, signal);
    if (!isOutage(outcome)) return outcome;
    this.#options.progress.onWait?.(zipped.backup);
    return { kind: 'waiting', zipped };
  };

  /** Hands on what has come of each; those that are to be tried again are kept, and all give their room back. */
  async *settled(
    values: AsyncIterable<FinishedJob | WaitingUpload>,
    rounds: Rounds,
  ): AsyncGenerator<FinishedJob | WaitingUpload> {
    for await (const value of values) {
      this.#room.leave(value.kind === 'finished' ? value.outcome.fileName : value.zipped.backup.fileName);
      if (!rounds.settle(value)) yield value;
    }
  }

  /** Before what waits is tried for the last time. */
  readonly lookAgain = (signal: AbortSignal): Promise<void> => this.#gate.lookAgain(signal);

  /** Tries what waits once more, and fails where the service is not back. */
  readonly uploadAgain = async (
    waiting: WaitingUpload | FinishedJob,
    { signal }: SignalOption,
  ): Promise<FinishedJob> => {
    if (waiting.kind === 'finished') return waiting;
    const outcome = await this.#uploadOrOutage(waiting.zipped, signal);
    if (!isOutage(outcome)) return outcome;
    const failure = { ...explainFailure(outcome.error), cause: outcome.cause };
    return this.#failed('upload', waiting.zipped.backup, failure, waiting.zipped);
  };

  async #uploadOrOutage(zipped: ZippedBackup, signal: AbortSignal): Promise<FinishedJob | Outage> {
    const { progress } = this.#options;
    const { backup, path, zipBytes } = zipped;
    for (;;) {
      // Waiting for its turn takes nothing of the time that a database has.
      const pass = await this.#gate.enter(zipBytes, signal);
      if (isOutage(pass)) return pass;
      progress.onStart(backup, 'upload', { path, bytes: zipBytes });
      let met: Outage | 'again' | undefined;
      const deliver = async (signal: AbortSignal) => {
        const delivery = this.#deliver(zipped, pass, signal);
        met = await pass.learnFrom(delivery);
        return delivery;
      };
      const ended = await this.#attempt('upload', backup, signal, deliver, zipped);
      if (met !== 'again') return met ?? ended;
    }
  }

  async #deliver(zipped: ZippedBackup, { retries, mayRetry }: Pass, signal: AbortSignal): Promise<FinishedJob> {
    const { spool, server, progress } = this.#options;
    const { backup, path, zipBytes: size } = zipped;
    const { database, fileName } = backup;
    const onBytes = (bytes: number) => progress.onProgress(backup, bytes);
    const isThere = async (signal: AbortSignal) => (await probeService(server, signal)) !== undefined;
    const pending = {
      database,
      path,
      fileName,
      size,
      ...(zipped.manifest && { manifest: zipped.manifest }),
    };
    const { receipt, manifest, isTooLarge, sha256, notRemoved } = await deliver(pending, spool, {
      server,
      signal,
      retries,
      mayRetry,
      isThere,
      onBytes,
    });
    const loss = unacceptedLossIn(receipt);
    return finishJob(backup, {
      ...contentsOf({ ...zipped, ...(manifest && { manifest }) }),
      state: receipt.state === 'complete' ? 'complete' : 'incomplete',
      findings: [
        ...(receipt.findings as Finding[]),
        ...reasonMissing(receipt),
        ...(isTooLarge ? manifestTooLarge(manifest!) : []),
        ...(notRemoved === undefined ? [] : [zipNotRemoved(path, notRemoved)]),
      ],
      sha256: sha256.toString('hex'),
      backupId: receipt.id,
      ...(loss && { loss }),
    });
  }

  /** Makes of a zip that waits in the spool what the zip stage would have sent. */
  readonly pickUp = ({ database, fileName, path, size }: PendingUpload): ZippedBackup => {
    const budget = new TimeBudget(this.#options.timeoutMs);
    const backup = { database, fileName, isLeftover: true, startedAt: new Date(), budget, findings: [] };
    return { kind: 'zipped', backup, path, zipBytes: size };
  };

  async #attempt<T>(
    stage: StageName,
    backup: BackupJob,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    zipped?: ZippedBackup,
  ): Promise<T | FinishedJob> {
    try {
      return await backup.budget.within(signal, work, stage === 'upload' ? UPLOAD_OVERDUE : undefined);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDiskFull(error)) return this.#failed(stage, backup, explainFailure(error), zipped);
      this.#room.isWritten(backup.fileName);
      const why = await this.#explainFullDisk(backup, error);
      const failed = await this.#failed(stage, backup, why, zipped);
      if (zipped || !this.#room.lookUp(backup.fileName)?.hadCompany) return failed;
      this.#options.progress.onWait?.(backup);
      return { ...failed, again: true };
    }
  }

  async #explainFullDisk({ fileName }: BackupJob, error: unknown): Promise<ReturnType<typeof explainFailure>> {
    const facts = await fullDiskFacts(this.#options.spool, this.#room.lookUp(fileName));
    const explained = explainFullDisk(error, facts);
    this.#fullDisk ??= explained.cause;
    return { ...explained, cause: this.#fullDisk };
  }

  async #failed(
    stage: StageName,
    backup: BackupJob,
    why: ReturnType<typeof explainFailure>,
    zipped: ZippedBackup | undefined,
  ): Promise<FinishedJob> {
    const isKept = zipped && (await exists(zipped.path));
    const failure = { stage, ...why, ...(isKept && { keptAt: zipped.path }) };
    return finishJob(backup, { state: 'failed', ...(zipped && contentsOf(zipped)), failure });
  }
}

const UPLOAD_OVERDUE =
  'The time was over during the upload. Check the log of the service and the network to it, or raise --timeout.';

function isOutage(it: Pass | FinishedJob | Outage): it is Outage {
  return 'cause' in it;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
