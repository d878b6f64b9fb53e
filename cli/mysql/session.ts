import type { Connection } from 'mysql2';
import { log } from '../log.ts';
import type { AnswerGuard } from './answer-guard.ts';
import { answerIn } from './answer-shape.ts';
import type { Answer, Row, Session } from './connect.ts';
import { type StatementResult, sendAllRaw, sendRaw } from './raw-statement.ts';

interface Over {
  readonly guard: AnswerGuard;
  readonly isEncrypted: boolean;
  /** Ends the waiting for an answer. */
  readonly signal: AbortSignal;
  /** Of the database, for the log. */
  readonly label: string;
  close(): void;
}

/** @returns a session over a connection that is logged in */
export function sessionOver(connection: Connection, { guard, isEncrypted, signal, label, close }: Over): Session {
  const answered = <T>(work: Parameters<typeof unlessAborted<T>>[1]) =>
    unlessAborted<T>(signal, work).finally(() => guard.end());
  return {
    isEncrypted,
    ask: (sql, values = []) =>
      answered<Row[]>((resolve, reject) => {
        guard.begin(reject);
        connection
          .query({ sql, values: [...values] }, (error, rows, columns) => {
            const count = Array.isArray(rows) ? { rows: rows.length } : {};
            log.trace('asks', { database: label, sql: sql.replace(/\s+/g, ' '), ...count, error });
            if (error) return reject(guard.explain(shortened(error)));
            const answer = rowsIn(rows, columns, sql);
            return typeof answer === 'string' ? reject(guard.odd(answer)) : resolve(answer);
          })
          .on('fields', () => guard.rowsBegin());
      }),
    run: (statement, { withinMs = Number.POSITIVE_INFINITY } = {}) =>
      answered<StatementResult>((resolve, reject) => {
        guard.begin(reject, { withinMs, isLong: true });
        sendRaw(connection, statement, {
          onRows: () => guard.rowsBegin(),
          onResult: (error, result) => {
            log.trace('runs', { database: label, bytes: statement.length, error });
            if (error) reject(guard.explain(shortened(error)));
            else resolve(result!);
          },
        });
      }),
    runAll: statements =>
      answered<Answer[]>((resolve, reject) => {
        guard.begin(reject);
        const answers = new Answers(statements.length, resolve);
        sendAllRaw(connection, statements, {
          onRows: () => guard.rowsBegin(),
          onAnswer: (index, error, rows, columns) => {
            log.trace('runs', { database: label, bytes: statements[index]!.length, error });
            // Without a state it is no answer of the server: the connection is gone.
            if (error) return 'sqlState' in error ? answers.set(index, shortened(error)) : reject(guard.explain(error));
            const answer = rowsIn(rows, columns, beginningOf(statements[index]!));
            return typeof answer === 'string' ? reject(guard.odd(answer)) : answers.set(index, answer);
          },
        });
      }),
    [Symbol.dispose]: close,
  };
}

/** What several statements were answered with, in any order. */
class Answers {
  readonly #answers: Answer[] = [];
  readonly #onAll: (answers: Answer[]) => void;
  #missing: number;

  constructor(missing: number, onAll: (answers: Answer[]) => void) {
    this.#missing = missing;
    this.#onAll = onAll;
    if (missing === 0) onAll(this.#answers);
  }

  set(index: number, answer: Answer): void {
    this.#answers[index] = answer;
    this.#missing -= 1;
    if (this.#missing === 0) this.#onAll(this.#answers);
  }
}

function rowsIn(rows: unknown, columns: unknown, sql: string): Row[] | string {
  return answerIn(rows, Array.isArray(columns) ? columns.length : 0, sql);
}

function beginningOf(statement: Uint8Array): string {
  return Buffer.from(statement.subarray(0, 40)).toString('latin1');
}

/** A server's errors have 512 bytes at most. */
const LONGEST_ERROR = 1000;

/** @returns the same error, its message no longer than any server's */
export function shortened<E extends Error>(error: E): E {
  if (error.message.length > LONGEST_ERROR) error.message = `${error.message.slice(0, LONGEST_ERROR)} …`;
  return error;
}

/** mysql2 forgets what waits for an answer when a connection is destroyed, so the signal has to end the waiting. @throws its reason then */
export async function unlessAborted<T = void>(
  signal: AbortSignal,
  work: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    work(resolve, reject);
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
