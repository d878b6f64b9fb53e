import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** What the service asks again and again; the ORM's own statements have their values in them, and are never the same. */
const KEPT = 100;

/** Long ones have lists of ids, each of another length; they would be kept in vain. */
const MAX_KEPT_CHARACTERS = 4000;

/** node:sqlite for Kysely, as MikroORM's own `NodeSqliteDialect`, but that a statement with values is prepared only once. */
export function sqliteDialect(path: string): SqliteDialect {
  return new SqliteDialect({ database: async () => keeping(new DatabaseSync(path)) });
}

function keeping(store: DatabaseSync) {
  const kept = new Map<string, StatementSync>();
  const prepared = (sql: string, hasValues: boolean) => {
    if (!hasValues || sql.length > MAX_KEPT_CHARACTERS) return store.prepare(sql);
    const statement = kept.get(sql) ?? store.prepare(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return statement;
  };
  const run = (sql: string, values: readonly unknown[]) => {
    // SQLite ends a transaction by itself when the disk is full: Kysely never gives the connection back if `rollback` fails then.
    if (sql === 'rollback' && !store.isTransaction) return { changes: 0, lastInsertRowid: 0 };
    // What begins by reading is refused at once, and not after `busy_timeout`, when it wants to write while another does.
    const statement = sql === 'begin' ? 'begin immediate' : sql;
    return prepared(statement, values.length > 0).run(...(values as SQLInputValue[]));
  };
  return {
    prepare: (sql: string) => ({
      reader: /^\s*(?:select|pragma|explain|with)|\breturning\b/i.test(sql),
      all: (values: readonly unknown[]) => prepared(sql, values.length > 0).all(...(values as SQLInputValue[])),
      run: (values: readonly unknown[]) => run(sql, values),
      iterate: (values: readonly unknown[]) => store.prepare(sql).iterate(...(values as SQLInputValue[])),
    }),
    close: () => store.close(),
  };
}
