import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** What the service asks again and again; the ORM's own statements have their values in them, and are never the same. */
const KEPT = 100;

/** node:sqlite for Kysely, as MikroORM's own `NodeSqliteDialect`, but that a statement with values is prepared only once. */
export function sqliteDialect(path: string): SqliteDialect {
  return new SqliteDialect({ database: async () => keeping(new DatabaseSync(path)) });
}

function keeping(store: DatabaseSync) {
  const kept = new Map<string, StatementSync>();
  const prepared = (sql: string, isKept: boolean) => {
    if (!isKept) return store.prepare(sql);
    const statement = kept.get(sql) ?? store.prepare(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return statement;
  };
  return {
    prepare: (sql: string) => ({
      reader: /^\s*(?:select|pragma|explain|with)|\breturning\b/i.test(sql),
      all: (values: readonly unknown[]) => prepared(sql, values.length > 0).all(...(values as SQLInputValue[])),
      run: (values: readonly unknown[]) => prepared(sql, values.length > 0).run(...(values as SQLInputValue[])),
      iterate: (values: readonly unknown[]) => store.prepare(sql).iterate(...(values as SQLInputValue[])),
    }),
    close: () => store.close(),
  };
}
