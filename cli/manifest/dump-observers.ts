import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { DumpObserver, type ObservedDump } from './dump-observer.ts';
import type { Answer, Question } from './observer-thread.ts';

/** One dump that goes by. Dispose of it (`using`): it may not come to its end. */
export interface PassingDump extends Disposable {
  /** @param piece the next one; its memory, which is shared, stays as it is until what this returns settles */
  readonly observe: (piece: Buffer) => Promise<void> | void;
  /** The dump has ended. */
  end(): Promise<ObservedDump>;
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
 * the thread of the caller. Dispose of it: then that thread has ended.
 */
export class DumpObservers implements AsyncDisposable {
  readonly #isThreaded: boolean;
  #thread: ObserverThread | undefined;
  #dumps = 0;

  constructor({ cores = availableParallelism() } = {}) {
    this.#isThreaded = cores >= MANY_CORES;
  }

  /** @param expectedBytes what the dump may roughly become */
  begin(expectedBytes: number): PassingDump {
    if (!this.#isThreaded || expectedBytes < LARGE) {
      const observer = new DumpObserver();
      return { observe: observer.observe, end: async () => observer.end(), [Symbol.dispose]: () => {} };
    }
    this.#thread ??= new ObserverThread();
    return passingBy(this.#thread, this.#dumps++);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = undefined;
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
  readonly #worker = new Worker(new URL('./observer-thread.ts', import.meta.url));
  readonly #asked: PromiseWithResolvers<Answer>[] = [];
  #failure: Error | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', cause =>
      this.#fail(new Error(`the thread that reads dumps has failed: ${cause}`, { cause })),
    );
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads dumps has ended')));
  }

  /** @throws Error when the thread has failed, or ended */
  ask(question: Question): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const asked = Promise.withResolvers<Answer>();
    if (this.#asked.push(asked) === 1) this.#worker.ref();
    this.#worker.postMessage(question);
    return asked.promise;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const { reject } of this.#asked.splice(0)) reject(this.#failure);
  }
}
