import { setTimeout as sleep } from 'node:timers/promises';

/** How much later than a program of ours this process may get a signal that both got. */
const LATER_MS = 500;

const FROM_A_TERMINAL: ReadonlySet<unknown> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM']);

/**
 * A signal from a terminal, or from what ends a whole process group, reaches the programs that sade has started, too. Such a program
 * may have ended before this process gets the signal: that is an interruption, and no failure of the program.
 * @param endedBy the signal that ended the program, if one did
 * @throws the reason of `signal` when it has aborted, or does so within half a second
 */
export async function throwIfInterrupted(endedBy: unknown, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (!signal || !FROM_A_TERMINAL.has(endedBy)) return;
  await sleep(LATER_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
}
