import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { Run } from '../entities/runs/run.entity.ts';
import { AppError } from '../errors/errors.ts';
import { insertRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { nextTurn } from '../process/turns.ts';
import { forgetOldRuns } from './forget-old-runs.ts';
import { outcomeRowOf, type Receipt, runRowOf } from './run-row.ts';
import { changesRoster, type RosterChange, syncRoster } from './sync-roster.ts';

/** What a client sent, validated, and the same as JSON. */
export interface SentRun {
  readonly report: RunReport;
  readonly json: string;
}

/** The result of a report. */
export interface ReceivedRun {
  readonly id: number;
  readonly receivedAt: Date;
  /** False for one that was stored before: nothing has changed. */
  readonly isNew: boolean;
  /** Undefined where the report has changed no roster. */
  readonly roster: RosterChange | undefined;
}

/** So many rows are written in one statement: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 500;

/**
 * Stores the report of a run with its outcomes, and brings the roster of its source up to date, all or nothing. The same report again
 * changes nothing. No two calls may run at a time.
 * @param scope of the token: labels out of it are on no roster afterwards that they were not on before
 * @throws AppError 409 when another report has the same id
 */
export async function receiveRun(
  { em, scope }: Reading,
  { report, json }: SentRun,
  receipt: Receipt,
): Promise<ReceivedRun> {
  const row = runRowOf(report, json, receipt);
  const earlier = await findSent(em, row);
  if (earlier) return earlier;
  try {
    return await em.fork().transactional(async em => {
      const isNewest = await changesRoster(em, row);
      const id = Number(await em.insert(Run, row));
      const outcomes = report.outcomes.map(outcome => outcomeRowOf(outcome, id, row));
      for (let at = 0; at < outcomes.length; at += ROWS_AT_ONCE) {
        await nextTurn();
        await insertRows(em, 'run_outcomes', outcomes.slice(at, at + ROWS_AT_ONCE));
      }
      const roster =
        report.roster && isNewest ? await syncRoster({ em, scope }, report, receipt.receivedAt) : undefined;
      await forgetOldRuns(em, receipt.receivedAt, { atMost: 2 * outcomes.length + 1000 });
      return { id, receivedAt: receipt.receivedAt, isNew: true, roster };
    });
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const stored = await findSent(em.fork(), row);
    if (!stored) throw error;
    return stored;
  }
}

/** @returns the same report, if it was stored before @throws AppError 409 */
async function findSent(
  em: EntityManager,
  { runId, part, digest }: Pick<Run, 'runId' | 'part' | 'digest'>,
): Promise<ReceivedRun | undefined> {
  const stored = await em.findOne(Run, { runId, part });
  if (!stored) return undefined;
  if (stored.digest === digest)
    return { id: stored.id, receivedAt: stored.receivedAt, isNew: false, roster: undefined };
  throw new AppError(
    409,
    'REPORT_ID_TAKEN',
    `Another report already has the run_id ${runId}: give each run an id of its own`,
  );
}
