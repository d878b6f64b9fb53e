import type { BackupSummary, DatabaseHistory } from '../../../protocol/responses.ts';
import { toDate } from '../../terminal/local-time.ts';

/** What the history of a database offers for a restore, of the backups at or before a moment. */
export interface Candidates {
  /** The newest complete one that lost nothing, or whose loss is accepted. */
  readonly good: BackupSummary | undefined;
  /** The newest complete one, where it is newer than `good` and no one has accepted what it lost; also if that came back later. */
  readonly shrunk: BackupSummary | undefined;
  /** Those that are newer than both and not complete, the newest first. */
  readonly passedOver: readonly BackupSummary[];
  /** Complete ones that are newer than `good`, and were made before a restore: they hold what was replaced. The newest first. */
  readonly replaced: readonly BackupSummary[];
}

/** Asks for a page of a history, newest first. */
type AskHistory = (page: { limit: number; before?: number }) => Promise<DatabaseHistory['data']>;

const PAGE = 200;

/** @param until the moment; undefined for now */
export async function findCandidates(ask: AskHistory, until: Date | undefined): Promise<Candidates> {
  const [passedOver, replaced]: [BackupSummary[], BackupSummary[]] = [[], []];
  let shrunk: BackupSummary | undefined;
  for await (const backup of backwards(ask)) {
    if (until && toDate(backup.timestamp) > until) continue;
    if (backup.state !== 'complete') {
      if (!shrunk) passedOver.push(backup);
    } else if (backup.made_for === 'restore') replaced.push(backup);
    else if (backup.loss === 'unaccepted' || backup.loss === 'superseded') shrunk ??= backup;
    else return { good: backup, shrunk, passedOver, replaced };
  }
  return { good: undefined, shrunk, passedOver, replaced };
}

async function* backwards(ask: AskHistory): AsyncGenerator<BackupSummary, void> {
  for (let before: number | undefined; ; ) {
    const { histories } = await ask({ limit: PAGE, ...(before !== undefined && { before }) });
    yield* histories;
    if (histories.length < PAGE) return;
    before = histories.at(-1)!.id;
  }
}
