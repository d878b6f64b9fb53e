import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { QueryResult } from 'kysely';

/** What the service asks again and again; the ORM's own statements have their values in them, and are never the same. */
const KEPT = 100;

/** Long ones have lists of ids, each of another length; they would be kept in vain. */
const MAX_KEPT_CHARACTERS = 4000;

/** A connection of node:sqlite on which a statement with values is prepared only once. */
export class StatementCache {
  readonly store: DatabaseSync;
  readonly #kept = new Map<string, StatementSync>();

  constructor(path: string) {
    // Without a time to wait: see `whenNotBusy`.
    this.store = new DatabaseSync(path, { timeout: 0 });
  }

  /** Runs one statement to its end. */
  run<Row>(sql: string, values: readonly unknown[]): QueryResult<Row> {
    const statement = this.#prepared(sql, values.length > 0);
    if (/^\s*(?:select|pragma|explain|with)|\breturning\b/i.test(sql))
      return { rows: statement.all(...(values as SQLInputValue[])) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...(values as SQLInputValue[]));
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  close(): void {
    this.#kept.clear();
    this.store.close();
  }

  #prepared(sql: string, hasValues: boolean): StatementSync {
    if (!hasValues || sql.length > MAX_KEPT_CHARACTERS) return this.store.prepare(sql);
    const statement = this.#kept.get(sql) ?? this.store.prepare(sql);
    this.#kept.delete(sql);
    this.#kept.set(sql, statement);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return statement;
  }
}
