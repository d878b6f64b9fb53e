import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { LendingDriver } from './lending-driver.ts';
import { SqliteStore } from './sqlite-store.ts';

/** node:sqlite for Kysely, where MikroORM's own `NodeSqliteDialect` has one connection for all, waits in the only thread, and loses it. */
export function sqliteDialect(path: string): Dialect {
  return {
    createDriver: () => new LendingDriver(() => SqliteStore.open(path)),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new LendingAdapter(),
    createIntrospector: db => new SqliteIntrospector(db),
  };
}

/** Kysely would lend out one connection at a time. */
class LendingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
