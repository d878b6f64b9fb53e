import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../errors/errors.ts';
import { toExpectedError } from '../errors/expected-error.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import { type AuditRecord, type Deed, type EntryRow, rowOf } from './entry.ts';
import { insertEntries } from './insert-entries.ts';
import type { LogFile } from './log-file.ts';
import { type Refusal, RefusalCounter } from './refusal-counter.ts';
import type { RetryQueue } from './retry-queue.ts';
import { queueOfLines, queueOfRows } from './trail-queues.ts';

export interface AuditParts {
  readonly history: Orm;
  readonly log: Logger;
  /** Gets each entry as a line of JSON, too. */
  readonly file?: LogFile | undefined;
  /** How often refusals that were counted become entries. */
  readonly refusalsMs?: number;
  /** How long to wait before what could not be stored is tried again. */
  readonly pauseMs?: number;
}

/** Ends an operation whose begin was recorded. */
export type EndOperation = (result: 'done' | 'refused' | 'failed', detail?: Deed['detail']) => void;

/**
 * The audit trail: who did what, when, and with which result; in the history, and as lines in a file if there is one.
 *
 * What only reads or receives never waits for it (`record`, `begin`, `within`): an entry that can't be stored is logged, waits
 * in memory, and is stored later; meanwhile the service is not ready. What changes something (`change`) is refused instead.
 */
export class Audit {
  readonly #history: Orm;
  readonly #log: Logger;
  readonly #file: LogFile | undefined;
  readonly #rows: RetryQueue<EntryRow>;
  readonly #lines: RetryQueue<EntryRow> | undefined;
  readonly #refusals = new RefusalCounter();
  readonly #refusalsMs: number;
  #refusalsTimer: NodeJS.Timeout | undefined;

  constructor({ history, log, file, refusalsMs = 60_000, pauseMs = 1_000 }: AuditParts) {
    this.#history = history;
    this.#log = log;
    this.#file = file;
    this.#refusalsMs = refusalsMs;
    this.#rows = queueOfRows({ history, log, pauseMs });
    this.#lines = file && queueOfLines({ file, log, pauseMs });
  }

  /** Adds an entry. Never fails. @returns when it is stored, or could not be at once: no one has to wait for that */
  record(entry: AuditRecord): Promise<void> {
    const row = rowOf(entry);
    void this.#lines?.add(row);
    return this.#rows.add(row);
  }

  /** Records that something begins, such as a download. @returns what records how it ended */
  begin(deed: Deed): EndOperation {
    const operation = randomUUID();
    void this.record({ ...deed, operation, result: 'begun' });
    return (result, detail) => {
      void this.record({ ...deed, operation, result, detail: { ...deed.detail, ...detail } });
    };
  }

  /**
   * Changes something, and records it: its begin before, its result after.
   * @param act does it, and may return more detail for the entry of the result by `note`
   * @returns what `act` returns
   * @throws AppError 503 or 507, and nothing is changed, when the first entry can't be stored; what `act` throws
   */
  async change<T>(deed: Deed, act: (note: (detail: Deed['detail']) => void) => Promise<T>): Promise<T> {
    const operation = randomUUID();
    await this.#store(rowOf({ ...deed, operation, result: 'begun' }));
    let noted: Deed['detail'];
    const end = (result: 'done' | 'refused' | 'failed', detail?: Deed['detail']) =>
      this.record({ ...deed, operation, result, detail: { ...deed.detail, ...noted, ...detail } });
    try {
      const changed = await act(detail => {
        noted = detail;
      });
      await end('done');
      return changed;
    } catch (error) {
      const shown = toExpectedError(error);
      await end(shown && shown.status < 500 ? 'refused' : 'failed', { code: shown?.code ?? 'INTERNAL_ERROR' });
      throw error;
    }
  }

  /**
   * Adds an entry in the caller's transaction, so that what is done and its entry are stored together, or not at all.
   * @returns what must be called when the transaction is committed
   * @throws what the store throws
   */
  async within(em: EntityManager, entry: AuditRecord): Promise<() => void> {
    const row = rowOf(entry);
    await insertEntries({ em }, [row]);
    return () => void this.#lines?.add(row);
  }

  /** Counts a request that was refused or failed. Each minute those that are alike become one entry. */
  refused(refusal: Refusal): void {
    if (!this.#refusals.add(refusal)) return;
    this.#refusalsTimer = setTimeout(() => this.#recordRefusals(), this.#refusalsMs).unref();
  }

  /** @throws AppError 503 when entries wait that can't be stored, also not now */
  async checkStored(): Promise<void> {
    const broken = [this.#rows, this.#lines].filter(queue => queue?.problem !== undefined);
    if (broken.length === 0) return;
    const late = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([Promise.all(broken.map(queue => queue!.attempt())), patience]);
    late.abort();
    if (this.#rows.problem !== undefined)
      throw unavailable("entries can't be stored in the history", this.#rows.problem);
    if (this.#lines?.problem !== undefined)
      throw unavailable("AUDIT_LOG_FILE can't be written to", this.#lines.problem);
  }

  /** Stores what was counted and what waits, as far as that is possible within some seconds. */
  async stop(): Promise<void> {
    this.#recordRefusals();
    const unstored = await this.#rows.stop(PATIENCE_MS);
    const unwritten = await (this.#lines?.stop(PATIENCE_MS) ?? 0);
    if (unstored + unwritten > 0)
      this.#log.error(
        { entries: unstored, lines: unwritten },
        `Entries of the audit trail were not stored before the end: ${unstored} of the history, which this log has, and ${unwritten} lines of AUDIT_LOG_FILE`,
      );
    await this.#file?.close().catch(() => {});
  }

  async #store(row: EntryRow): Promise<void> {
    try {
      await insertEntries({ em: this.#history.em.fork() }, [row]);
    } catch (error) {
      throw (
        toExpectedError(error) ??
        unavailable("the entry of this change can't be stored in the history, so nothing was changed", error)
      );
    }
    void this.#lines?.add(row);
  }

  #recordRefusals(): void {
    clearTimeout(this.#refusalsTimer);
    for (const entry of this.#refusals.take()) void this.record(entry);
  }
}

const PATIENCE_MS = 5_000;

function unavailable(why: string, cause: unknown): AppError {
  return new AppError(
    503,
    'AUDIT_UNAVAILABLE',
    `The audit trail is not complete: ${why}. See the log of the service`,
    [],
    cause,
  );
}
