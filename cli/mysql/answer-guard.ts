import type { Socket } from 'node:net';
import type { Connection } from 'mysql2';
import { ExplainedError } from '../errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../terminal/format.ts';
import { ServerAway } from './explain-connecting.ts';
import { driverErrorOf } from './servers-answer.ts';

/** What one answer may cost: a server with 60,000 tables of 20 columns is far below. */
const LIMITS = { bytes: 256 << 20, packets: 2_000_000 };

/** No table of any server has more. */
const MOST_COLUMNS = 4096;

const ANSWER_WITHIN_MS = 15 * 60_000;

/** A login takes a handful of packets; how long it may take mysql2 looks at. */
const LOGIN_LIMITS = { bytes: 1 << 20, packets: 100 };

/** Packets pile up before mysql2 hands on a long one: that is noticed after so many milliseconds. */
const LOOK_EVERY_MS = 50;

/** What is used of mysql2 beyond its types: every packet that is whole passes here. */
interface Internals {
  sequenceId: number;
  handlePacket(packet: Packet | undefined): void;
}

interface Packet {
  readonly sequenceId: number;
  isError(): boolean;
}

/** @param where the server's address @param what it did */
export function oddServer(where: string, what: string, cause?: unknown): ExplainedError {
  return new ServerAway(`the server at ${where} answered in a way that no MySQL or MariaDB does: ${what}`, {
    cause,
    advice: 'Check db_host and db_port, and what answers there: a proxy, another program, or a server that is broken.',
  });
}

/**
 * Watches over what a server answers: mysql2 sets no bounds to it, and an answer that breaks the protocol can throw where no one
 * catches. What goes too far ends the connection, and with it the question, for a reason that can be told.
 */
export class AnswerGuard implements Disposable {
  readonly #stream: Socket;
  readonly #where: string;
  readonly #withinMs: number;
  readonly #look: NodeJS.Timeout;
  #limits: { readonly bytes: number; readonly packets: number } = LOGIN_LIMITS;
  #columns = Number.POSITIVE_INFINITY;
  #from = 0;
  #packets = 0;
  #mayBeRefusedEarly = false;
  #tooSlow: NodeJS.Timeout | undefined;
  #failure: ExplainedError | undefined;
  #onFailure: (failure: ExplainedError) => void = () => {};
  /** Why the connection was lost, as far as the network says it. */
  #lost: Error | undefined;

  /** @param options.where the server's address, for the message */
  constructor(
    connection: Connection,
    stream: Socket,
    { where, answerWithinMs = ANSWER_WITHIN_MS }: { where: string; answerWithinMs?: number | undefined },
  ) {
    this.#stream = stream;
    this.#where = where;
    this.#withinMs = answerWithinMs;
    this.#watch(connection as unknown as Internals);
    // It may end while nothing is asked.
    connection.on('error', error => this.explain(error));
    this.#look = setInterval(() => this.#count(0), LOOK_EVERY_MS);
    this.#look.unref();
  }

  /**
   * A question begins: the login is over.
   * @param onFailure is called when the answer goes too far
   * @param options.withinMs how long it may take in milliseconds, or Infinity
   * @param options.isLong it may have more than one packet
   */
  begin(
    onFailure: (failure: ExplainedError) => void,
    { withinMs = this.#withinMs, isLong = false }: { withinMs?: number; isLong?: boolean } = {},
  ): void {
    this.#mayBeRefusedEarly = isLong;
    this.#limits = LIMITS;
    this.#columns = MOST_COLUMNS;
    this.#from = this.#stream.bytesRead;
    this.#packets = 0;
    this.#onFailure = onFailure;
    clearTimeout(this.#tooSlow);
    if (Number.isFinite(withinMs)) this.#tooSlow = setTimeout(() => this.#fail(this.#silent(withinMs)), withinMs);
    if (this.#failure) onFailure(this.#failure);
  }

  /** The answer tells its columns: rows follow. */
  rowsBegin(): void {
    this.#columns = Number.POSITIVE_INFINITY;
  }

  /** The answer has arrived. */
  end(): void {
    clearTimeout(this.#tooSlow);
    this.#onFailure = () => {};
  }

  /** @returns the error with which mysql2 ends a question; an odd answer where it is neither the server's nor the network's */
  explain(error: Error): Error {
    const { code, fatal, sqlState } = driverErrorOf(error);
    const isOfNetwork = code === 'PROTOCOL_CONNECTION_LOST' || /^E(?!RR_)/.test(code ?? '');
    if (error instanceof ExplainedError || !fatal || sqlState !== undefined) return error;
    if (isOfNetwork) this.#lost ??= error;
    // What is asked after the end of the connection fails without a reason.
    return this.#lost ?? this.odd(`a packet breaks the protocol (${error.message.slice(0, 200)})`, error);
  }

  /** @returns why an answer is not one that a database server gives */
  odd(what: string, cause?: unknown): ExplainedError {
    return oddServer(this.#where, what, cause);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#look);
    clearTimeout(this.#tooSlow);
  }

  #watch(connection: Internals): void {
    const handle = connection.handlePacket.bind(connection);
    connection.handlePacket = packet => {
      if (packet) this.#count(1);
      if (this.#failure) return;
      // A server refuses a long statement as soon as it has heard its length.
      if (this.#mayBeRefusedEarly && packet?.isError()) connection.sequenceId = packet.sequenceId;
      // mysql2 would print a line for each such packet.
      if (packet && packet.sequenceId !== connection.sequenceId) return this.#fail(this.odd('packets out of order'));
      const { trace } = console;
      // What mysql2 calls where it can't read a packet, before it goes on anyway.
      console.trace = () => {
        throw new Error('a packet cannot be read');
      };
      try {
        handle(packet);
      } finally {
        console.trace = trace;
      }
    };
  }

  #count(packets: number): void {
    this.#packets += packets;
    if (this.#failure) return;
    if (this.#stream.bytesRead - this.#from > this.#limits.bytes)
      this.#fail(this.#tooLarge(formatBytes(this.#limits.bytes)));
    else if (this.#packets > this.#limits.packets)
      this.#fail(this.#tooLarge(`${formatCount(this.#limits.packets)} rows`));
    // One packet goes before the columns, and one behind them.
    else if (this.#packets > this.#columns + 2) this.#fail(this.odd('more columns than a table can have'));
  }

  #fail(failure: ExplainedError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#onFailure(failure);
    this.#stream.destroy(failure);
  }

  #tooLarge(limit: string): ExplainedError {
    return new ExplainedError(`the server at ${this.#where} answers a question with more than ${limit}`, {
      advice:
        'Check what answers at db_host and db_port. If it is the right server, check what this database has so many of.',
    });
  }

  #silent(withinMs: number): ExplainedError {
    return new ExplainedError(
      `the server at ${this.#where} did not answer a question within ${formatSeconds(withinMs / 1000)}`,
      {
        advice: 'Check what the server does (SHOW PROCESSLIST), and whether it hangs.',
      },
    );
  }
}
