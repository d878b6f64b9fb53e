import { RUN_STATES, type RunState } from '../../../../protocol/runs/run-outcome.ts';
import { notFound } from '../../../errors/errors.ts';
import { formatCursor, parseCursor } from '../../../graphql/cursor.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import type { OutcomeDetail } from '../../../runs/run-row.ts';
import { countsOfRuns, type ListedOutcome, outcomesOfRun, type StateCounts } from '../../../runs/search-outcomes.ts';
import { runsById } from '../../../runs/search-runs.ts';
import { storedBackups } from '../../../runs/stored-backups.ts';
import { type RunForReader, withoutOthers } from './load-runs.ts';

/** What the page of one run shows. */
export interface RunShown {
  readonly run: RunForReader;
  readonly counts: StateCounts;
  /** What failed, by what failed it: the cause of most databases first. */
  readonly failures: readonly Failure[];
  readonly incomplete: readonly OutcomeShown[];
  readonly notDone: readonly OutcomeShown[];
  readonly complete: readonly OutcomeShown[];
  /** The cursor of the next page of what is complete; undefined on the last one. */
  readonly next: string | undefined;
  /** Whether this is not the first page of what is complete. */
  readonly isLaterPage: boolean;
}

/** Databases that failed for one reason. */
export interface Failure {
  /** Where and why, or the message; null where the client named none. */
  readonly cause: string | null;
  readonly advice: string | null;
  readonly outcomes: readonly OutcomeShown[];
}

export interface OutcomeShown extends ListedOutcome {
  readonly facts: OutcomeDetail;
  /** The backup that it made, if the service has it and it is of that database: which one it is was said by the client. */
  readonly backup: number | undefined;
}

/** How many of what is not complete are listed, and how many of what is. */
export const [MOST_LISTED, COMPLETE_A_PAGE] = [500, 200];

const ORDER = 'outcomes';

/** @throws AppError 404 for a run that does not exist, or is about no database in scope; 422 for an invalid cursor */
export async function loadRun(reading: Reading, id: string, query: URLSearchParams): Promise<RunShown> {
  const run = /^[1-9]\d{0,8}$/.test(id) ? (await runsById(reading, [Number(id)])).get(Number(id)) : undefined;
  if (!run) throw notFound('RUN_NOT_FOUND', `No run has the id ${id.slice(0, 20)}`);
  const after = query.get('after') || undefined;
  const place = after === undefined ? undefined : placeIn(after);
  const lists = new Map<RunState, OutcomeShown[]>();
  for (const state of RUN_STATES) lists.set(state, await outcomes(reading, run.id, state, place));
  const complete = lists.get('complete')!;
  const page = complete.slice(0, COMPLETE_A_PAGE);
  const last = complete.length > COMPLETE_A_PAGE ? page.at(-1)! : undefined;
  const [counts] = (await countsOfRuns(reading, [run])) as [StateCounts];
  return {
    run: withoutOthers(run, counts, reading),
    counts,
    failures: byCause(lists.get('failed')!),
    incomplete: lists.get('incomplete')!,
    notDone: lists.get('not_done')!,
    complete: page,
    next: last && formatCursor(ORDER, last.databaseName, last.id),
    isLaterPage: place !== undefined,
  };
}

function placeIn(cursor: string) {
  const [databaseName, id] = parseCursor(cursor, ORDER, ['string', 'number']);
  return { databaseName, id };
}

async function outcomes(
  reading: Reading,
  run: number,
  state: RunState,
  after: { databaseName: string; id: number } | undefined,
): Promise<OutcomeShown[]> {
  const wanted =
    state === 'complete' ? { limit: COMPLETE_A_PAGE + 1, after } : { limit: MOST_LISTED, after: undefined };
  const found = await outcomesOfRun(reading, run, { ...wanted, states: [state] });
  const backups = await storedBackups(reading, found);
  return found.map(outcome => ({
    ...outcome,
    facts: JSON.parse(outcome.detail) as OutcomeDetail,
    backup: backups.has(outcome.id) ? outcome.backupId! : undefined,
  }));
}

function byCause(failed: readonly OutcomeShown[]): Failure[] {
  const groups = Map.groupBy(failed, outcome => JSON.stringify([causeOf(outcome), outcome.advice]));
  return [...groups.values()]
    .map(outcomes => ({ cause: causeOf(outcomes[0]!), advice: outcomes[0]!.advice ?? null, outcomes }))
    .sort((one, other) => other.outcomes.length - one.outcomes.length);
}

function causeOf({ causeWhere, causeWhy, message }: ListedOutcome): string | null {
  return causeWhere == null || causeWhy == null ? (message ?? null) : `${causeWhere} ${causeWhy}`;
}
