import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { QueryResult } from 'kysely';

/** What the service asks again and again; the ORM's own statements have their values in them, and are never the same. */
const KEPT = 100;

/** Long ones have lists of ids, each of another length; no later query would use them. */
const MAX_KEPT_CHARACTERS = 4000;

/** A connection of node:sqlite on which a statement with values is prepared only once. */
export class StatementCache {
  readonly store: DatabaseSync;
  readonly #kept = new Map<string, Prepared>();

  constructor(path: string) {
    // Without a time to wait: see `whenNotBusy`.
    this.store = new DatabaseSync(path, { timeout: 0 });
  }

  /** Runs one statement to its end. */
  run<Row>(sql: string, values: readonly unknown[]): QueryResult<Row> {
    const { statement, names } = this.#prepared(sql, values.length > 0);
    if (names.length > 0) {
      const rows = statement.all(...(values as SQLInputValue[])) as unknown as SQLOutputValue[][];
      const isKnown = rows.length === 0 || rows[0]!.length === names.length;
      return { rows: rowsOf(isKnown ? names : namesOf(statement), rows) as Row[] };
    }
    const { changes, lastInsertRowid } = statement.run(...(values as SQLInputValue[]));
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  close(): void {
    this.#kept.clear();
    this.store.close();
  }

  #prepared(sql: string, hasValues: boolean): Prepared {
    if (!hasValues || sql.length > MAX_KEPT_CHARACTERS) return this.#prepare(sql);
    const prepared = this.#kept.get(sql) ?? this.#prepare(sql);
    this.#kept.delete(sql);
    this.#kept.set(sql, prepared);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return prepared;
  }

  #prepare(sql: string): Prepared {
    const statement = this.store.prepare(sql);
    statement.setReturnArrays(true);
    return { statement, names: namesOf(statement) };
  }
}

interface Prepared {
  readonly statement: StatementSync;
  /** Of its columns: none where it returns no rows. A table may have got more columns since. */
  readonly names: readonly string[];
}

function namesOf(statement: StatementSync): string[] {
  return statement.columns().map(({ name }) => name);
}

/**
 * node:sqlite's own objects have no prototype, which makes V8 keep each as a table of hashes: they take longer to make, to
 * read, and to write as JSON.
 */
function rowsOf(names: readonly string[], rows: ReadonlyArray<readonly SQLOutputValue[]>): object[] {
  return rows.map(values => {
    const row: Record<string, SQLOutputValue> = {};
    for (let at = 0; at < names.length; at++) row[names[at]!] = values[at]!;
    return row;
  });
}
