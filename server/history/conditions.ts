/** What the rows of a query must fulfil, all of it, with the values that stand for its question marks. */
export class Where {
  readonly #conditions: string[] = [];
  readonly values: unknown[] = [];

  and(condition: string, ...values: readonly unknown[]): void {
    this.#conditions.push(condition);
    this.values.push(...values);
  }

  /** That a column holds just this text. MySQL's comparison alone takes no notice of spaces at the end. */
  andText(column: string, text: string): void {
    this.and(`${column} = ? and octet_length(${column}) = ?`, text, Buffer.byteLength(text));
  }

  get isEmpty(): boolean {
    return this.#conditions.length === 0;
  }

  /** @returns the clause, or nothing without conditions */
  toString(): string {
    return this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`;
  }
}

/** @returns the list behind `in` for so many values; for none one that holds nothing */
export function listOf(values: readonly unknown[]): string {
  return values.length === 0 ? '(null)' : `(${values.map(() => '?').join(', ')})`;
}
