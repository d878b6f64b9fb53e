import { escapeId } from 'mysql2';
import type { TimedQuestions } from '../../mysql/timed-questions.ts';
import type { SuspectColumn } from './suspect-columns.ts';

/** What a look at the values of suspect columns has shown. */
export interface ProbedColumns {
  /** Those that hold values that come back as others. */
  readonly flawed: readonly SuspectColumn[];
  /** Those that could not be looked at: no time was left, or the user may not. */
  readonly unseen: readonly SuspectColumn[];
}

/**
 * A table is read once for all of its columns: the small ones first, so that the time is enough for most of them, and last
 * those that are suspect for their dates alone, as nearly all tables are.
 */
export async function probeValues(
  questions: TimedQuestions,
  database: string,
  suspects: readonly SuspectColumn[],
  bytesOf: ReadonlyMap<string, number>,
): Promise<ProbedColumns> {
  const flawed: SuspectColumn[] = [];
  const unseen: SuspectColumn[] = [];
  const rank = ([table, columns]: [string, readonly SuspectColumn[]]) =>
    (bytesOf.get(table) ?? 0) + (columns.every(({ flaw }) => flaw === 'date') ? Number.MAX_SAFE_INTEGER / 2 : 0);
  const byTable = [...Map.groupBy(suspects, ({ table }) => table)].sort((a, b) => rank(a) - rank(b));
  for (const [table, columns] of byTable) {
    const answer = await questions.ask(
      `${columns.map(({ condition }) => `max(${condition})`)} from ${escapeId(database, true)}.${escapeId(table, true)}`,
    );
    if (!('rows' in answer)) unseen.push(...columns);
    else flawed.push(...columns.filter((_, at) => Number(answer.rows[0]?.[at] ?? 0) === 1));
  }
  return { flawed, unseen };
}
