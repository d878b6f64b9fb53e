import { Channel } from '../channel/channel.ts';
import { Group } from '../channel/group.ts';
import { stage } from '../channel/stage.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { Outcome } from '../report/outcome.ts';
import type { PendingUpload } from '../spool/spool.ts';
import type { FinishedJob, WaitingUpload, ZippedBackup } from './jobs.ts';
import { PerHostLimiter } from './per-host-limiter.ts';
import { Rounds } from './rounds.ts';
import type { RunningDump } from './running-dump.ts';
import { Stages, type StagesOptions } from './stages.ts';

export interface PipelineOptions extends StagesOptions {
  readonly sources: readonly DatabaseSource[];
  /** Zips of earlier runs, which go straight to the upload, before those of this run. */
  readonly pendingUploads: readonly PendingUpload[];
  readonly workers: { readonly dump: number; readonly zip: number; readonly upload: number };
  /** How many dumps one database host should bear at once. */
  readonly dumpsPerHost: number;
  readonly signal: AbortSignal;
}

/**
 * Takes every database through dump, zip and upload:
 *
 *     sources ─► dump ─► zip ─► upload ─► upload again ─► outcomes
 *                leftovers ──────┘ first    last, what waits for the service
 *
 * A dump is handed on as soon as it has begun: the zip follows the growing file. No channel holds more than what its
 * workers have in hand, so that a slow upload stops new dumps from being begun, but never one that is under way: between
 * two stages there is always a file.
 * @returns an outcome for each database and leftover, as they come
 * @throws the signal's reason when aborted; whatever was half-done is removed by then
 */
export async function* runPipeline(options: PipelineOptions): AsyncGenerator<Outcome> {
  const { pendingUploads, workers, signal } = options;
  const stages = new Stages(options);
  const turns = new PerHostLimiter(options.sources, options.dumpsPerHost);
  const rounds = new Rounds(turns, pendingUploads.length);
  const toDump = new Channel<DatabaseSource>();
  const toZip = new Channel<RunningDump | FinishedJob>();
  const zipped = new Channel<ZippedBackup | FinishedJob>();
  const toUpload = new Channel<ZippedBackup | FinishedJob>();
  const uploaded = new Channel<FinishedJob | WaitingUpload>();
  const toUploadAgain = new Channel<FinishedJob | WaitingUpload>();
  const outcomes = new Channel<FinishedJob>();

  const leaving = new AbortController();
  const group = new Group({ signal: AbortSignal.any([signal, leaving.signal]) });
  group.go(signal => send(rounds.sources(signal), toDump, signal));
  group.go(async signal => {
    using outbound = toZip;
    const dump = async (source: DatabaseSource, { signal }: { signal: AbortSignal }) => {
      try {
        await stages.dump(source, { signal, handOn: running => outbound.send(running, { signal }) });
      } finally {
        turns.release(source);
      }
    };
    await stage({ from: toDump, work: dump, workers: workers.dump, signal });
  });
  group.go(signal => stage({ from: toZip, to: zipped, work: stages.zip, workers: workers.zip, signal }));
  group.go(signal => send(inOrder(pendingUploads.map(stages.pickUp), zipped.values({ signal })), toUpload, signal));
  group.go(signal => stage({ from: toUpload, to: uploaded, work: stages.upload, workers: workers.upload, signal }));
  group.go(signal =>
    send(
      waitingLast(stages.settled(uploaded.values({ signal }), rounds), () => stages.lookAgain(signal)),
      toUploadAgain,
      signal,
    ),
  );
  group.go(signal =>
    stage({ from: toUploadAgain, to: outcomes, work: stages.uploadAgain, workers: workers.upload, signal }),
  );

  try {
    for await (const { outcome } of outcomes) yield outcome;
    await group.wait();
  } finally {
    // However the caller leaves: first all work ends, then the dumps go that were on their way to the next stage.
    leaving.abort();
    await group.wait().catch(() => {});
    await options.spool.sweep();
  }
}

/** Sends what there is, and closes. */
async function send<T>(values: Iterable<T> | AsyncIterable<T>, to: Channel<T>, signal: AbortSignal): Promise<void> {
  using _closing = to;
  for await (const value of values) await to.send(value, { signal });
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
