interface Limits {
  /** How many tasks run at a time. */
  readonly places: number;
  /** How much a task may do before it makes room for another that waits. */
  readonly slice: number;
  /** How many tasks that take more than a slice may be under way, running or not: each keeps memory. */
  readonly maxBegun: number;
}

/** A task's say in when it runs. */
export interface Turn {
  /** Tells that so much was done; resolves when the task may go on. */
  used(amount: number): Promise<void> | void;
}

export interface FairTurns {
  /** @param size how much there is to do, at most */
  run<T>(size: number, task: (turn: Turn) => Promise<T>): Promise<T>;
}

interface Waiting {
  /** How much it has done. */
  readonly done: number;
  readonly go: () => void;
}

/** One place in four goes to who has waited longest: else an endless row of small tasks would hold the large ones up for ever. */
const OLDEST_EVERY = 4;

/**
 * Shares a few places among many tasks of very different size. Whoever has done least so far goes first, so that a small
 * task waits for no more than the slices that are running, however many large ones there are.
 */
export function fairTurns({ places, slice, maxBegun }: Limits): FairTurns {
  const [queue, notBegun]: [Waiting[], Array<() => void>] = [[], []];
  let [free, begun, granted] = [places, 0, 0];

  const enter = async (done: number) => {
    if (free > 0) free -= 1;
    else await new Promise<void>(go => queue.push({ done, go }));
  };
  const leave = () => {
    const next = takeNext(queue, ++granted % OLDEST_EVERY === 0);
    // The place is handed over, so that nobody who comes just now gets in between.
    if (next) next.go();
    else free += 1;
  };
  const begin = async () => {
    if (begun < maxBegun) begun += 1;
    else await new Promise<void>(go => notBegun.push(go));
  };
  const end = () => {
    const next = notBegun.shift();
    if (next) next();
    else begun -= 1;
  };

  return {
    async run(size, task) {
      const isLarge = size > slice;
      if (isLarge) await begin();
      await enter(0);
      let [done, sinceTurn] = [0, 0];
      try {
        return await task({
          used(amount) {
            done += amount;
            sinceTurn += amount;
            if (sinceTurn < slice || queue.length === 0) return;
            sinceTurn = 0;
            leave();
            return enter(done);
          },
        });
      } finally {
        leave();
        if (isLarge) end();
      }
    },
  };
}

/** Those that wait stand in the order in which they came. */
function takeNext(queue: Waiting[], isOldest: boolean): Waiting | undefined {
  let best = 0;
  if (!isOldest) for (const [at, { done }] of queue.entries()) if (done < queue[best]!.done) best = at;
  return queue.splice(best, 1)[0];
}
