import { availableParallelism } from 'node:os';

/** Threads beside those that deflate, which read, write and flush files and look up names. */
const FOR_FILES = 4;

/**
 * Lets Node have a thread for each core and some for files. Its default is four in all, with which larger machines would
 * stand idle, and files wait for zips. The pool reads this when it first has something to do, so it is to be set before;
 * Deno has another pool and ignores this.
 */
export function widenThreadPool(env: NodeJS.ProcessEnv): void {
  env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + FOR_FILES);
}
