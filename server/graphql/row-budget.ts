import { AppError } from '../errors/errors.ts';

/** A whole fleet of 1,000 with two weeks of each. */
export const MAX_ROWS = 20_000;

/** Of an answer: ten for each of its rows. */
export const MAX_VALUES = 200_000;
/** Of the texts in an answer, in characters: names, findings, inventories. */
const MAX_TEXT = 4_000_000;

/** An event of a subscription may take this part of what a question may. */
const EVENT_PART = 10;

/**
 * How much one request may make the history look up. Its depth and its aliases tell little of that: a list of 1,000 databases with
 * 1,000 backups each is short to write.
 */
export class RowBudget {
  #left = MAX_ROWS;
  #values = MAX_VALUES;
  #text = MAX_TEXT;
  #refusal: AppError | undefined;
  #part = 1;
  readonly #taken = new Set<string>();

  /** @throws AppError 422 when the request has been refused already: no more of its work is worth doing */
  check(): void {
    if (this.#refusal) throw this.#refusal;
  }

  /** What a subscription may read at each event: less, since each upload may be sent to a hundred listeners. */
  renew(): void {
    this.#part = EVENT_PART;
    this.#left = MAX_ROWS / EVENT_PART;
    this.#values = MAX_VALUES / EVENT_PART;
    this.#text = MAX_TEXT / EVENT_PART;
    this.#taken.clear();
    this.#refusal = undefined;
  }

  /** Called before anything is read. @throws AppError 422 when the request asks for more than is allowed in sum */
  take(rows: number): void {
    this.#left -= rows;
    if (this.#left < 0)
      this.#refuse(
        `This query could read more than ${MAX_ROWS / this.#part} rows: ask for smaller pages (first, last), narrow its filters, or ask in several queries`,
      );
  }

  /** Called for each value of an answer. @throws AppError 422 when the answer would be too large */
  answer(value: unknown): void {
    this.#values -= 1;
    if (typeof value === 'string') this.#text -= value.length;
    if (this.#values < 0 || this.#text < 0)
      this.#refuse(
        `The answer would have more than ${MAX_VALUES / this.#part} values, or more than ${MAX_TEXT / this.#part} characters of text: ask for fewer fields or smaller pages`,
      );
  }

  /** One error for all: thousands of fields may want what is no longer there, and to make an error takes its time. */
  #refuse(message: string): never {
    this.#refusal ??= new AppError(422, 'QUERY_TOO_LARGE', message);
    throw this.#refusal;
  }

  /** The same for what several fields want, and which is read once. @param what is read */
  takeOnce(what: string, rows: number): void {
    if (this.#taken.has(what)) return;
    this.#taken.add(what);
    this.take(rows);
  }
}
