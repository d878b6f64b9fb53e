import { Channel } from '../channel/channel.ts';
import { eagerStage } from '../channel/eager-stage.ts';
import { Group } from '../channel/group.ts';
import { stage } from '../channel/stage.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { logged } from '../log.ts';
import { DumpObservers } from '../manifest/dump-observers.ts';
import type { Outcome } from '../report/outcome.ts';
import type { PendingUpload } from '../spool/spool.ts';
import { RefusedTokens } from '../upload/refused-tokens.ts';
import { ServiceGate } from '../upload/service-gate.ts';
import { DiskRoom } from './disk-room.ts';
import { type DumpStageOptions, startDump } from './dump-stage.ts';
import { Failures } from './failures.ts';
import { type FinishedJob, isOver, type OverJob, type WaitingUpload, type ZippedBackup } from './jobs.ts';
import { PerHostLimiter } from './per-host-limiter.ts';
import { type RehearseStageOptions, rehearseZip } from './rehearse-stage.ts';
import { Rounds } from './rounds.ts';
import type { RunningDump } from './running-dump.ts';
import { about, aboutDump, aboutUpload, aboutZip } from './stage-log.ts';
import { pickUp, type UploadStageOptions, uploadAgain, uploadZip } from './upload-stage.ts';
import { type ZipStageOptions, zipDump } from './zip-stage.ts';

type StageOptions = DumpStageOptions & ZipStageOptions & RehearseStageOptions & UploadStageOptions;

type Zips = Channel<ZippedBackup | OverJob>;

type SignalOption = { readonly signal: AbortSignal };

/** What a run makes for itself. */
type OfTheRun = 'room' | 'failures' | 'gate' | 'refusedTokens' | 'observers';

export interface PipelineOptions extends Omit<StageOptions, OfTheRun> {
  readonly sources: readonly DatabaseSource[];
  /** Zips of earlier runs, which go straight to the upload, before those of this run. */
  readonly pendingUploads: readonly PendingUpload[];
  /** How often an upload is tried again. */
  readonly retries: number;
  readonly workers: { readonly dump: number; readonly zip: number; readonly upload: number };
  /** How many dumps one database host should bear at once. */
  readonly dumpsPerHost: number;
  /** Is told, in a sentence for the user, what should be looked at, though no backup is worth less for it. */
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** So many zips that were rehearsed may wait for an upload before that holds up the next ones, as without rehearsals. */
const MOST_REHEARSED = 8;

/**
 * Takes every database through dump, zip and upload:
 *
 *     sources ─► dump ─► zip ─► rehearse ─► upload ─► upload again ─► outcomes
 *                    pending uploads ───────┘ first    last, what waits for the service
 *
 * A dump is passed on as soon as it has begun: it is zipped while it is being written. No channel holds more than what its
 * workers have in hand, so that a slow upload delays new dumps, but never one that is running: between
 * two stages there is always a file. Any number of zips waits for a rehearsal: that delays no dump.
 * @returns an outcome for each database and leftover, as they come
 * @throws the signal's reason when aborted; all unfinished files are removed by then
 */
export async function* runPipeline(options: PipelineOptions): AsyncGenerator<Outcome> {
  const { sources, pendingUploads, signal, spool, progress } = options;
  const room = new DiskRoom(spool.folder);
  const failures = new Failures({ spool, room, progress });
  const gate = new ServiceGate(options.access, options.retries);
  await using observers = new DumpObservers({ warn: options.warn });
  const shared = { room, failures, gate, refusedTokens: new RefusedTokens(), observers };
  const turns = new PerHostLimiter(sources, options.dumpsPerHost);
  const rounds = new Rounds(turns, pendingUploads.length);
  const leaving = new AbortController();
  const group = new Group({ signal: AbortSignal.any([signal, leaving.signal]) });
  const line: Line = { ...options, ...shared, turns, rounds, group };
  const outcomes = startUploads(startRehearsals(startDumps(line), line), line);
  try {
    for await (const { outcome } of outcomes) yield outcome;
    await group.wait();
  } finally {
    // However the caller leaves: first all work ends, then the dumps go that were on their way to the next stage.
    leaving.abort();
    await group.wait().catch(() => {});
    await spool.sweep();
  }
}

/** What the stages of a run share. */
interface Line extends PipelineOptions, Pick<StageOptions, OfTheRun> {
  readonly group: Group;
  readonly turns: PerHostLimiter;
  readonly rounds: Rounds;
}

/** `sources ─► dump ─► zip` */
function startDumps(line: Line): Zips {
  const { group, turns, rounds, workers } = line;
  const toDump = new Channel<DatabaseSource>();
  const toZip = new Channel<RunningDump | OverJob>();
  const zipped: Zips = new Channel();
  const dump = (source: DatabaseSource, { signal }: SignalOption) =>
    dumpInto(toZip, source, line, signal).finally(() => turns.release(source));
  const zip = async (it: RunningDump | OverJob, { signal }: SignalOption) =>
    isOver(it) ? it : logged('zip', about(it), () => zipDump(it, line, signal), aboutZip);
  group.go(signal => send(rounds.sources(signal), toDump, signal));
  group.go(async signal => {
    using _closing = toZip;
    await stage({ from: toDump, work: dump, workers: workers.dump, signal });
  });
  group.go(signal => stage({ from: toZip, to: zipped, work: zip, workers: workers.zip, signal }));
  return zipped;
}

/** `zip ─► rehearse`, in a run that rehearses */
function startRehearsals(zipped: Zips, line: Line): Zips {
  const { group, rehearsals } = line;
  if (!rehearsals) return zipped;
  const rehearsed: Zips = new Channel();
  const rehearse = async (it: ZippedBackup | OverJob, { signal }: SignalOption) =>
    isOver(it) ? it : logged('rehearse', about(it), () => rehearseZip(it, line, signal), aboutZip);
  group.go(async signal => {
    await using _ended = rehearsals;
    await eagerStage({ from: zipped, to: rehearsed, work: rehearse, mostUnsent: MOST_REHEARSED, signal });
  });
  return rehearsed;
}

/** `pending uploads, zips ─► upload ─► upload again ─► outcomes` */
function startUploads(zips: Zips, line: Line): Channel<FinishedJob> {
  const { group, pendingUploads, rounds, room, gate, workers } = line;
  const toUpload: Zips = new Channel();
  const uploaded = new Channel<WaitingUpload | OverJob>();
  const toUploadAgain = new Channel<WaitingUpload | FinishedJob>();
  const outcomes = new Channel<FinishedJob>();
  const upload = async (it: ZippedBackup | OverJob, { signal }: SignalOption) =>
    isOver(it) ? it : logged('upload', about(it), () => uploadZip(it, line, signal), aboutUpload);
  const again = async (it: WaitingUpload | FinishedJob, { signal }: SignalOption) =>
    isOver(it) ? it : logged('upload again', about(it.zipped), () => uploadAgain(it, line, signal), aboutUpload);
  group.go(signal => {
    const pending = pendingUploads.map(it => pickUp(it, line.timeoutMs));
    return send(inOrder(pending, zips.values({ signal })), toUpload, signal);
  });
  group.go(signal => stage({ from: toUpload, to: uploaded, work: upload, workers: workers.upload, signal }));
  group.go(signal => {
    const ended = endsOf(uploaded.values({ signal }), rounds, room);
    const inTurn = waitingLast(ended, () => gate.lookAgain(signal));
    return send(inTurn, toUploadAgain, signal);
  });
  group.go(signal => stage({ from: toUploadAgain, to: outcomes, work: again, workers: workers.upload, signal }));
  return outcomes;
}

/** Hands a dump on as soon as it has been started. @returns when it has ended, well or not */
async function dumpInto(
  toZip: Channel<RunningDump | OverJob>,
  source: DatabaseSource,
  stages: StageOptions,
  signal: AbortSignal,
): Promise<void> {
  const running = await startDump(source, stages, signal);
  try {
    await toZip.send(running, { signal });
  } finally {
    if (!isOver(running))
      await logged('dump', { database: source.label }, () => running.completion, aboutDump).catch(() => {});
  }
}

/** Sends all values, and closes. */
async function send<T>(values: Iterable<T> | AsyncIterable<T>, to: Channel<T>, signal: AbortSignal): Promise<void> {
  using _closing = to;
  for await (const value of values) await to.send(value, { signal });
}

/** Hands on what each has come to; those that are to be tried again are kept back, and all give their room back. */
async function* endsOf(
  values: AsyncIterable<WaitingUpload | OverJob>,
  rounds: Rounds,
  room: DiskRoom,
): AsyncGenerator<WaitingUpload | FinishedJob> {
  for await (const value of values) {
    room.leave(fileNameOf(value));
    if (rounds.isEnd(value)) yield value;
  }
}

function fileNameOf(value: WaitingUpload | OverJob): string {
  if (value.kind === 'postponed') return value.fileName;
  return value.kind === 'finished' ? value.outcome.fileName : value.zipped.backup.fileName;
}

/** Holds back what waits until nothing else is left. */
async function* waitingLast(
  values: AsyncIterable<FinishedJob | WaitingUpload>,
  beforeWaiting: () => Promise<void>,
): AsyncGenerator<FinishedJob | WaitingUpload> {
  const waiting: WaitingUpload[] = [];
  for await (const value of values) {
    if (value.kind === 'waiting') waiting.push(value);
    else yield value;
  }
  if (waiting.length > 0) await beforeWaiting();
  yield* waiting;
}

async function* inOrder<T>(first: Iterable<T>, then: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* then;
}
