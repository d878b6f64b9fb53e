import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '../history/orm.ts';
import { countDamaged, countDue, dueBackups, type ScrubScope } from './due.ts';
import { completeRun, newRun, type RunParts, type ScrubRun } from './run.ts';

/** `scheduled`: what is due by now. `asked`: that, and all that is marked as damaged. `all`: every file. */
export type ScrubKind = 'scheduled' | 'asked' | 'all';

/** How the scrub goes that runs or, when none does, how the last one went. */
export interface ScrubProgress {
  /** Undefined when none has begun since the service started. */
  readonly run: Readonly<ScrubRun> | undefined;
  /** How many files are left in the run, or due by now when none runs. */
  readonly filesDue: number;
  /** How many backups are marked as damaged by now, whichever run found them. */
  readonly backupsDamaged: number;
}

/** Reads stored files again, at leisure, and marks the backups whose file has rotted or gone. One run at a time. */
export interface Scrub {
  /** Begins a run in the background. @returns false when one is going on, which goes on as it was */
  start(kind: ScrubKind): boolean;
  /** @returns whether a scheduled run would find anything to do */
  isDue(): Promise<boolean>;
  progress(em: EntityManager): Promise<ScrubProgress>;
  /** Ends what runs, permanently. Waits for that, but no longer than a second. */
  stop(): Promise<void>;
}

interface Parts extends RunParts {
  /** How long a file may go unchecked, in milliseconds; with 0 each is due at any time. */
  readonly intervalMs: number;
}

const STOP_WITHIN_MS = 1_000;
const DAY_MS = 86_400_000;

export function createScrub({ intervalMs, ...parts }: Parts): Scrub {
  const stopping = new AbortController();
  let run: ScrubRun | undefined;
  let ended: Promise<void> = Promise.resolve();
  const isRunning = () => run !== undefined && run.endedAt === null;
  return {
    start(kind) {
      if (isRunning()) return false;
      run = newRun(scopeOf(kind, intervalMs));
      ended = completeRun(run, parts, stopping.signal);
      return true;
    },
    async isDue() {
      for await (const _ of dueBackups(parts.history, scopeOf('scheduled', intervalMs))) return true;
      return false;
    },
    async progress(em) {
      const { checkedBefore } = run && isRunning() ? run.scope : scopeOf('scheduled', intervalMs);
      const seen = run && { ...run }; // it may end while the rest is counted, which then is not of its end
      return { run: seen, filesDue: await countDue(em, checkedBefore), backupsDamaged: await countDamaged(em) };
    },
    async stop() {
      stopping.abort();
      await Promise.race([ended, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    },
  };
}

/** The schedule reads what is damaged once a day: it may be large, and stays damaged until someone acts. */
function scopeOf(kind: ScrubKind, intervalMs: number): ScrubScope {
  const now = Date.now();
  return {
    checkedBefore: new Date(kind === 'all' ? now : now - intervalMs),
    damagedBefore: new Date(kind === 'scheduled' ? now - DAY_MS : now),
  };
}
