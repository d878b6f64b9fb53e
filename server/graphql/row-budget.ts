import { AppError } from '../errors.ts';

/** A whole fleet of 1,000 with two weeks of each. */
export const MAX_ROWS = 20_000;

/**
 * How much one request may make the history look up. Its depth and its aliases tell little of that: a list of 1,000 databases with
 * 1,000 backups each is short to write.
 */
export class RowBudget {
  #left = MAX_ROWS;
  readonly #taken = new Set<string>();

  /** A subscription may read as much again at each event. */
  renew(): void {
    this.#left = MAX_ROWS;
    this.#taken.clear();
  }

  /** Called before anything is read. @throws AppError 422 when the request asks for more than is allowed in sum */
  take(rows: number): void {
    this.#left -= rows;
    if (this.#left < 0)
      throw new AppError(
        422,
        'QUERY_TOO_LARGE',
        `This query could read more than ${MAX_ROWS} rows: ask for smaller pages (first, last), or in several queries`,
      );
  }

  /** The same for what several fields want, and which is read once. @param what is read */
  takeOnce(what: string, rows: number): void {
    if (this.#taken.has(what)) return;
    this.#taken.add(what);
    this.take(rows);
  }
}
