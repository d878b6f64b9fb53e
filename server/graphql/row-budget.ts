import { AppError } from '../errors.ts';

/** A whole fleet of 1,000 with two weeks of each. */
export const MAX_ROWS = 20_000;

/** Of an answer: ten for each of its rows. */
export const MAX_VALUES = 200_000;
/** Of the texts in an answer, in characters: names, findings, inventories. */
export const MAX_TEXT = 4_000_000;

/**
 * How much one request may make the history look up. Its depth and its aliases tell little of that: a list of 1,000 databases with
 * 1,000 backups each is short to write.
 */
export class RowBudget {
  #left = MAX_ROWS;
  #values = MAX_VALUES;
  #text = MAX_TEXT;
  #refusal: AppError | undefined;
  readonly #taken = new Set<string>();

  /** @throws AppError 422 when the request has been refused already: no more of its work is worth doing */
  check(): void {
    if (this.#refusal) throw this.#refusal;
  }

  /** A subscription may read as much again at each event. */
  renew(): void {
    this.#left = MAX_ROWS;
    this.#values = MAX_VALUES;
    this.#text = MAX_TEXT;
    this.#taken.clear();
    this.#refusal = undefined;
  }

  /** Called before anything is read. @throws AppError 422 when the request asks for more than is allowed in sum */
  take(rows: number): void {
    this.#left -= rows;
    if (this.#left < 0)
      this.#refuse(
        `This query could read more than ${MAX_ROWS} rows: ask for smaller pages (first, last), narrow its filters, or ask in several queries`,
      );
  }

  /** Called for each value of an answer. @throws AppError 422 when the answer would be too large */
  answer(value: unknown): void {
    this.#values -= 1;
    if (typeof value === 'string') this.#text -= value.length;
    if (this.#values < 0 || this.#text < 0)
      this.#refuse(
        `The answer would have more than ${MAX_VALUES} values, or more than ${MAX_TEXT} characters of text: ask for fewer fields or smaller pages`,
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
