import { v4 as uuid } from 'uuid';
import { type BackupName, formatBackupName, formatDumpName } from '../../protocol/backup-name.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { createDumpFile, type DumpFile, dump } from '../dump/dump.ts';
import { type DumpPlan, planDump } from '../dump/plan-dump.ts';
import type { Preflight } from '../preflight/preflight.ts';
import type { Rehearsals, Upcoming } from '../rehearsal/rehearsals.ts';
import { sourceRedactor } from '../secrets/source-redactor.ts';
import type { Spool } from '../spool/spool.ts';
import type { DiskRoom } from './disk-room.ts';
import type { Failures } from './failures.ts';
import { type BackupJob, type CompletedDump, isOver, type OverJob, type ProgressListener } from './jobs.ts';
import { RunningDump } from './running-dump.ts';
import { TimeBudget } from './time-budget.ts';

export interface DumpStageOptions {
  readonly spool: Spool;
  readonly clients: DumpClients;
  readonly preflight: Preflight;
  readonly timeoutMs: number;
  readonly progress: ProgressListener;
  readonly room: DiskRoom;
  readonly failures: Failures;
  /** Undefined when there are to be no rehearsals. */
  readonly rehearsals?: Rehearsals | undefined;
}

/**
 * The first stage of a database: a look at its server, room on the disk, a file, and mysqldump that writes into it.
 * @returns as soon as mysqldump has been started, or how the job has ended before
 * @throws the signal's reason when aborted
 */
export async function startDump(
  source: DatabaseSource,
  options: DumpStageOptions,
  signal: AbortSignal,
): Promise<RunningDump | OverJob> {
  const { spool, timeoutMs, progress, failures } = options;
  const startedAt = new Date();
  const name: BackupName = { database: source.label, takenAt: startedAt, id: uuid() };
  const path = spool.pathOf(formatDumpName(name));
  const found: BackupJob = {
    ...{ database: source.label, fileName: formatBackupName(name), isLeftover: false, startedAt },
    ...{ budget: new TimeBudget(timeoutMs), findings: [] },
  };
  const redact = sourceRedactor(source);
  const failed = (error: unknown, backup: BackupJob, signal: AbortSignal) =>
    failures.ofSource(redact.error(error), { stage: 'dump', backup, source }, signal);

  progress.onStart(found, 'dump', { path });
  const plan = await planWithRoom(source, { ...options, backup: found, path, signal }).catch(error =>
    failed(error, found, signal),
  );
  if (isOver(plan)) return plan;
  const backup = { ...found, findings: plan.findings.map(redact.finding) };
  const file = await createDumpFile(path).catch(error => failed(error, backup, signal));
  if (isOver(file)) return file;
  const { expectedBytes } = plan;
  if (expectedBytes > 0) progress.onStart(backup, 'dump', { path, bytes: expectedBytes });
  const upcoming = options.rehearsals && (plan.report ? options.rehearsals.begin(source, plan.report) : 'unknown');
  const running = new RunningDump({ source, backup, path, expectedBytes, upcoming, signal }, signal =>
    backup.budget
      .within(signal, signal => writeDump(plan, file, backup, signal))
      .catch(error => failed(error, backup, signal)),
  );
  if (upcoming !== undefined && upcoming !== 'unknown') prepareRehearsal(running, upcoming, options);
  return running;
}

/** The server of the rehearsals starts when the first dump has ended, while that is still being zipped. */
function prepareRehearsal({ completion }: RunningDump, upcoming: Upcoming, { rehearsals }: DumpStageOptions): void {
  completion.then(
    dumped => !isOver(dumped) && rehearsals?.prepare(upcoming),
    () => {},
  );
}

interface Planning extends DumpStageOptions {
  readonly backup: BackupJob;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** After a wait for room the source is looked at again: the tables may be others by then. */
async function planWithRoom(source: DatabaseSource, planning: Planning): Promise<DumpPlan> {
  const { clients, preflight, spool, room, progress, backup, path, signal } = planning;
  const { fileName, budget } = backup;
  const plan = () => budget.within(signal, signal => planDump(source, { clients, preflight, signal }));
  const planned = await plan();
  const zipPath = spool.pathOf(fileName);
  const files = [path, zipPath, `${zipPath}.part`];
  // Waiting for room does not count as time of the database.
  const hasWaited = await room.enter({ fileName, files, dumpBytes: planned.expectedBytes }, signal);
  if (!hasWaited) return planned;
  progress.onStart(backup, 'dump', { path });
  return await plan();
}

async function writeDump(
  plan: DumpPlan,
  file: DumpFile,
  { fileName, startedAt }: BackupJob,
  signal: AbortSignal,
): Promise<CompletedDump> {
  const { size, isRepeated, findings } = await dump(plan, file, signal);
  const { source, report, client, rightsUnknown } = plan;
  return {
    kind: 'completed',
    dumpBytes: size,
    isRepeated,
    facts: {
      ...{ source, fileName, report, client, startedAt, endedAt: new Date() },
      findings: [...(rightsUnknown ? [rightsUnknown] : []), ...plan.findings, ...findings],
    },
  };
}
