import type { Contestant } from '../case.ts';
import { Results } from '../results/results.ts';

export interface RoundsOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Before each run: brings the disk to rest. */
  readonly settle: () => Promise<void>;
  readonly onRun: (contestant: Contestant, round: number) => void;
}

/** An output that is not what it must be: the benchmark can't go on, since its figures mean nothing. */
export class WrongOutput extends Error {}

/**
 * Runs the contestants in turns, A B C C B A A B C …, so that what disturbs the machine for a while disturbs all of
 * them, and none always runs after the same one, whose writes and garbage it would pay for.
 * @throws {WrongOutput} when an output fails its check
 */
export async function runRounds(contestants: readonly Contestant[], options: RoundsOptions): Promise<Results> {
  const { rounds, signal, settle, onRun } = options;
  const results = new Results();
  for (let round = 1; round <= rounds; round += 1)
    for (const contestant of round % 2 === 0 ? contestants.toReversed() : contestants) {
      signal.throwIfAborted();
      onRun(contestant, round);
      await contestant.prepare?.();
      await settle();
      const sample = await contestant.run();
      results.add(contestant.name, sample, await checked(contestant, signal));
    }
  return results;
}

async function checked(contestant: Contestant, signal: AbortSignal): Promise<number | undefined> {
  try {
    return await contestant.check();
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new WrongOutput(`what ${contestant.name} made is wrong: ${why}`, { cause: error });
  }
}
