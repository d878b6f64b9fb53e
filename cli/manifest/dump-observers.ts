import { availableParallelism } from 'node:os';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { DumpObserver, type ObservedDump } from './dump-observer.ts';
import type { Answer, Question } from './observer-thread.ts';

/** One dump that goes by. Dispose of it (`using`): it may not come to its end. */
export interface PassingDump extends Disposable {
  /**
   * @param piece the next one; its memory, which is shared, stays as it is until what this returns settles
   * @throws {LostObserver}
   */
  readonly observe: (piece: Buffer) => Promise<void> | void;
  /** The dump has ended. @throws {LostObserver} */
  end(): Promise<ObservedDump>;
}

/** The thread that observed a dump has died, with all that it knew: the dump has to be observed again from its beginning. */
export class LostObserver extends Error {}

export interface DumpObserversOptions {
  /** Of this machine, if not given. */
  readonly cores?: number;
  readonly threadOptions?: WorkerOptions;
  /** Is told once, in a sentence for the user, that the thread has died. */
  readonly warn: (message: string) => void;
}

/**
 * From so many cores on the thread that reads all dumps would be busy without a break, when it observes them, too
 * (docs/explanation/performance.md, "More cores").
 */
const MANY_CORES = 8;
/** For smaller dumps a thread is not worth its start. In bytes. */
const LARGE = 64 * 1024 ** 2;

/**
 * Observes the dumps of a run: large ones, where there are many cores, in a thread of its own that all of them share; the others in
 * the thread of the caller. When that thread has died, it gets no successor, which may die of the same: from then on all dumps are
 * observed in the thread of the caller. Dispose of it: then that thread has ended.
 */
export class DumpObservers implements AsyncDisposable {
  readonly #options: DumpObserversOptions;
  #isThreaded: boolean;
  #thread: ObserverThread | undefined;
  #dumps = 0;

  constructor(options: DumpObserversOptions) {
    const { cores = availableParallelism() } = options;
    this.#options = options;
    this.#isThreaded = cores >= MANY_CORES;
  }

  /** @param expectedBytes what the dump may roughly become */
  begin(expectedBytes: number): PassingDump {
    const thread = expectedBytes < LARGE ? undefined : this.#livingThread();
    if (thread) return passingBy(thread, this.#dumps++);
    const observer = new DumpObserver();
    return { observe: observer.observe, end: async () => observer.end(), [Symbol.dispose]: () => {} };
  }

  #livingThread(): ObserverThread | undefined {
    if (!this.#isThreaded) return undefined;
    try {
      this.#thread ??= new ObserverThread(this.#options.threadOptions, cause => this.#lose(cause));
    } catch (cause) {
      this.#lose(cause); // such as: the system allows no more threads
    }
    return this.#thread;
  }

  #lose(cause: unknown): void {
    this.#isThreaded = false;
    this.#thread = undefined;
    this.#options.warn(
      `the thread that reads large dumps has died (${messageOf(cause)}): for the rest of this run sade reads them in its main thread, and it zips again those that were under way; no backup is worth less for it. Check the memory of this machine (free -m; dmesg)`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}

function passingBy(thread: ObserverThread, dump: number): PassingDump {
  let isOver = false;
  return {
    observe: async piece => void (await thread.ask({ dump, piece })),
    end: async () => {
      isOver = true;
      return (await thread.ask({ dump, hasEnded: true }))!;
    },
    [Symbol.dispose]: () => {
      if (!isOver) thread.ask({ dump, hasEnded: false }).catch(() => {}); // nothing is left to forget in a thread that has ended
    },
  };
}

/** Answers in the order of the questions. It keeps the process only while it has something to do. */
class ObserverThread {
  readonly #worker: Worker;
  readonly #asked: PromiseWithResolvers<Answer>[] = [];
  readonly #onDeath: (cause: unknown) => void;
  #lost: LostObserver | undefined;

  /** @param onDeath is told once that it has died without being asked to */
  constructor(options: WorkerOptions | undefined, onDeath: (cause: unknown) => void) {
    this.#worker = new Worker(new URL('./observer-thread.ts', import.meta.url), options);
    this.#onDeath = onDeath;
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0) this.#worker.unref();
    });
    for (const event of ['error', 'messageerror'] as const)
      this.#worker.on(event, (cause: unknown) => void this.#die(cause));
    this.#worker.on('exit', code => void this.#die(new Error(`exit code ${code}`)));
  }

  /** @throws {LostObserver} when it has died, or dies before it answers */
  ask(question: Question): Promise<Answer> {
    if (this.#lost) return Promise.reject(this.#lost);
    const asked = Promise.withResolvers<Answer>();
    if (this.#asked.push(asked) === 1) this.#worker.ref();
    this.#worker.postMessage(question);
    return asked.promise;
  }

  async terminate(): Promise<void> {
    this.#lose(new Error('it was no longer needed'));
    await this.#worker.terminate();
  }

  #die(cause: unknown): void {
    if (this.#lost) return;
    this.#lose(cause);
    void this.#worker.terminate(); // one whose answer could not be read goes on
    this.#onDeath(cause);
  }

  #lose(cause: unknown): void {
    this.#lost = new LostObserver(`the thread that reads large dumps has died: ${messageOf(cause)}`, { cause });
    for (const { reject } of this.#asked.splice(0)) reject(this.#lost);
  }
}
