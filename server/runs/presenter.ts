import type { RosterAnswer, RunAnswer } from '../../protocol/runs/run-answers.ts';
import type { ReceivedRun, SentRun } from './receive-run.ts';
import type { SourceRoster } from './roster-of.ts';

/** @returns the answer to a report of a run */
export function presentRun({ report }: SentRun, { id, receivedAt, roster }: ReceivedRun): RunAnswer {
  const { run_id, source, shard } = report;
  const data = { id, run_id, source, shard, received_at: receivedAt.toISOString(), roster: roster ?? null };
  return { data, message: 'success' };
}

/** @returns what is known of a source */
export function presentRoster({ source, shard, lastRun, databases }: SourceRoster): RosterAnswer {
  const last_run = lastRun && {
    started_at: lastRun.startedAt.toISOString(),
    ended_at: lastRun.endedAt.toISOString(),
    received_at: lastRun.receivedAt.toISOString(),
    exit_code: lastRun.exitCode,
  };
  return { data: { source, shard, last_run: last_run ?? null, databases: [...databases] }, message: 'success' };
}
