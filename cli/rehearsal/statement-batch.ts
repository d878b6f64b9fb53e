import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { Session } from '../mysql/connect.ts';

export interface BatchEvents {
  /** Both are called in the order of the statements. */
  onError(statement: DumpStatement, error: Error): void;
  onRefusal(statement: DumpStatement, why: string): void;
  /** The connection has ended. */
  onLost(error: unknown): never;
}

/** So much waits until it is sent at once. */
const MOST_STATEMENTS = 200;
const MOST_BYTES = 256 << 10;

interface Pending {
  readonly statement: DumpStatement;
  /** Why it is not sent. */
  readonly refusal?: string;
}

/**
 * Sends the statements of a dump many at once: a server answers a definition faster than the answer is waited for. What one statement
 * is answered with never decides about the next.
 */
export class StatementBatch {
  readonly #session: Session;
  readonly #events: BatchEvents;
  #pending: Pending[] = [];
  #bytes = 0;

  constructor(session: Session, events: BatchEvents) {
    this.#session = session;
    this.#events = events;
  }

  /** @throws what `onError` or `onLost` throws */
  async send(statement: DumpStatement): Promise<void> {
    // Its bytes are good only until the next is read.
    this.#pending.push({ statement: { ...statement, bytes: statement.bytes.slice() } });
    this.#bytes += statement.bytes.length;
    if (this.#pending.length >= MOST_STATEMENTS || this.#bytes >= MOST_BYTES) await this.flush();
  }

  /** Keeps its place among those that are sent. */
  refuse(statement: DumpStatement, why: string): void {
    this.#pending.push({ statement: { ...statement, bytes: statement.bytes.slice() }, refusal: why });
  }

  /** @returns when all have been answered @throws what `onError` or `onLost` throws */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#bytes = 0;
    const sent = pending.filter(({ refusal }) => refusal === undefined);
    const all = this.#session.runAll(sent.map(({ statement }) => statement.bytes));
    const answers = (await all.catch(error => this.#events.onLost(error))).values();
    for (const { statement, refusal } of pending) {
      const answer = refusal === undefined ? answers.next().value : undefined;
      if (refusal !== undefined) this.#events.onRefusal(statement, refusal);
      else if (answer instanceof Error) this.#events.onError(statement, answer);
    }
  }
}
