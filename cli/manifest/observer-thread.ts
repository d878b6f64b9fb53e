import { parentPort } from 'node:worker_threads';
import { DumpObserver, type ObservedDump } from './dump-observer.ts';

/** What the thread is asked: to see the next piece of a dump, whose memory is shared, to say what it saw of it, or to forget it. */
export type Question =
  | { readonly dump: number; readonly piece: Uint8Array }
  | { readonly dump: number; readonly hasEnded: boolean };

/** To the last question of a dump that has ended; all others are only answered to. */
export type Answer = ObservedDump | undefined;

const observers = new Map<number, DumpObserver>();

// Loaded outside of a thread it does nothing.
parentPort?.on('message', (question: Question) => parentPort!.postMessage(answer(question)));

function answer(question: Question): Answer {
  const { dump } = question;
  const observer = observers.get(dump) ?? new DumpObserver();
  if ('piece' in question) {
    observers.set(dump, observer);
    observer.observe(question.piece);
    return undefined;
  }
  observers.delete(dump);
  return question.hasEnded ? observer.end() : undefined;
}
