import { CompiledQuery } from 'kysely';
import type { Query } from '../../server/history/read-rows.ts';

/** @returns a query of SQL that no one has checked, with values for its question marks */
export function rawQuery<Row = object>(sql: string, values: readonly unknown[] = []): Query<Row> {
  return { compile: () => CompiledQuery.raw(sql, [...values]) as CompiledQuery<Row> };
}
