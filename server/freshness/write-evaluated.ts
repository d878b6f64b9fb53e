import { IsolationLevel } from '@mikro-orm/core';
import { begin } from '../../protocol/texts/cut.ts';
import { hasCode, sqliteCodeOf } from '../errors/error-code.ts';
import { changeRows, insertRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import { query } from '../history/tables.ts';
import type { Contract } from './contract-of.ts';
import type { WatchedRow } from './read-facts.ts';
import type { Assessment, LastComplete, Pause, Retirement } from './state-of.ts';

/** What was found of a database. */
export interface Evaluated {
  readonly name: string;
  /** What the last evaluation wrote. */
  readonly row: WatchedRow | undefined;
  readonly contract: Contract;
  readonly lastComplete: LastComplete | undefined;
  readonly pause: Pause | null;
  readonly retirement: Retirement | null;
  readonly assessment: Assessment;
  readonly now: Date;
}

interface Written {
  readonly written: number;
  readonly transitions: number;
}

/**
 * Writes what has changed of some databases, and a row for each transition, in one transaction.
 *
 * A row that another process has changed meanwhile stays as that one wrote it: its `revision` is another. So a transition is
 * written once, by the one that has written the state.
 * @param evaluate reads the rows and evaluates them; called again when another process has added a row meanwhile
 */
export async function writeEvaluated(em: EntityManager, evaluate: () => Promise<Evaluated[]>): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    const changes = (await evaluate()).map(rowOf).filter(change => change !== undefined);
    if (changes.length === 0) return { written: 0, transitions: 0 };
    try {
      return await em.fork().transactional(em => write(em, changes), {
        isolationLevel: IsolationLevel.READ_COMMITTED,
      });
    } catch (error) {
      if (!isOvertaken(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 3;

/** SQLITE_CONSTRAINT: https://sqlite.org/rescode.html */
function isOvertaken(error: unknown): boolean {
  return hasCode(error, 'ER_DUP_ENTRY', 'ER_LOCK_DEADLOCK') || sqliteCodeOf(error) === 19;
}

type Values = Omit<WatchedRow, 'revision'>;

interface Change {
  readonly before: WatchedRow | undefined;
  readonly values: Values;
  readonly why: string;
}

async function write(em: EntityManager, changes: readonly Change[]): Promise<Written> {
  const fresh = changes.filter(({ before }) => !before);
  if (fresh.length > 0)
    await insertRows(
      em,
      'watched_databases',
      fresh.map(({ values }) => ({ ...values, revision: 1 })),
    );
  const changed: Change[] = [];
  for (const change of changes) if (change.before && (await update(em, change))) changed.push(change);
  const transitions = [...fresh, ...changed].filter(({ before, values }) => before?.state !== values.state);
  if (transitions.length > 0) await insertRows(em, 'state_changes', transitions.map(transitionOf));
  return { written: fresh.length + changed.length, transitions: transitions.length };
}

async function update(em: EntityManager, { before, values }: Change): Promise<boolean> {
  const { database_name, ...rest } = values;
  const { revision } = before!;
  const found = query
    .updateTable('watched_databases')
    .set({ ...rest, revision: revision + 1 })
    .where('database_name', '=', database_name)
    .where('state', '=', before!.state)
    .where('revision', '=', revision);
  return (await changeRows(em, found)) === 1;
}

function transitionOf({ before, values, why }: Change) {
  return {
    database_name: values.database_name,
    from_state: before?.state ?? null,
    to_state: values.state,
    at: values.state_since,
    why: begin(why, 1000),
  };
}

/** @returns undefined when the row says all of it already */
function rowOf({
  name,
  row,
  contract,
  lastComplete,
  pause,
  retirement,
  assessment,
  now,
}: Evaluated): Change | undefined {
  const { state, due, countsAt, countedFrom, why } = assessment;
  const values: Values = {
    database_name: name,
    state,
    state_since: row?.state === state ? row.state_since : now,
    due_at: due?.dueAt ?? null,
    late_at: due?.lateAt ?? null,
    critical_at: due?.criticalAt ?? null,
    last_complete_id: lastComplete?.id ?? null,
    last_complete_received_at: lastComplete?.receivedAt ?? null,
    last_complete_counts_at: countsAt,
    counted_from: countedFrom,
    contract: JSON.stringify(contract),
    paused_from: pause?.from ?? null,
    paused_until: pause?.until ?? null,
    paused_by: pause?.by ?? null,
    paused_for: pause?.reason ?? null,
    retired_at: retirement?.at ?? null,
    retired_by: retirement?.by ?? null,
    retired_for: retirement?.reason ?? null,
    evaluated_at: now,
  };
  return row && isSame(row, values) ? undefined : { before: row, values, why };
}

function isSame(row: WatchedRow, values: Values): boolean {
  return Object.entries(values).every(([name, value]) => {
    if (name === 'evaluated_at') return true;
    const known = row[name as keyof Values];
    return value instanceof Date && known instanceof Date ? value.getTime() === known.getTime() : value === known;
  });
}
