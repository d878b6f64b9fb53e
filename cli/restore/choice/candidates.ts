import type { BackupSummary, DatabaseHistory } from '../../../protocol/responses.ts';
import { failedDrill } from '../../proof/proof.ts';
import { toDate } from '../../terminal/local-time.ts';

/** What the history of a database offers for a restore, of the backups at or before a moment. */
export interface Candidates {
  /** The newest complete one that lost nothing, or whose loss is accepted, and that no drill found not restorable. */
  readonly good: BackupSummary | undefined;
  /** The newest complete one, where it is newer than `good` and no one has accepted what it lost; also if that came back later. */
  readonly shrunk: BackupSummary | undefined;
  /** The newest complete one that a drill found not restorable, where it is newer than `good`. */
  readonly failed: BackupSummary | undefined;
  /** Those that are newer than all three and not complete, the newest first. */
  readonly passedOver: readonly BackupSummary[];
  /** Complete ones that are newer than `good`, and were made before a restore: they hold what was replaced. The newest first. */
  readonly replaced: readonly BackupSummary[];
  /** Those that are newer than `good` and were removed: nothing is left of them to restore. The newest first. */
  readonly removed: readonly BackupSummary[];
}

/** Asks for a page of a history, newest first. */
type AskHistory = (page: { limit: number; before?: number }) => Promise<DatabaseHistory['data']>;

const PAGE = 200;

/** @param until the moment; undefined for now */
export async function findCandidates(ask: AskHistory, until: Date | undefined): Promise<Candidates> {
  const lists = { passedOver: [] as BackupSummary[], replaced: [] as BackupSummary[], removed: [] as BackupSummary[] };
  let [shrunk, failed]: (BackupSummary | undefined)[] = [];
  for await (const backup of backwards(ask)) {
    if (until && toDate(backup.timestamp) > until) continue;
    const kind = kindOf(backup);
    if (kind === 'good') return { good: backup, shrunk, failed, ...lists };
    if (kind === 'failed') failed ??= backup;
    else if (kind === 'shrunk') shrunk ??= backup;
    else if (kind !== 'passedOver' || (!shrunk && !failed)) lists[kind].push(backup);
  }
  return { good: undefined, shrunk, failed, ...lists };
}

function kindOf(backup: BackupSummary): keyof Candidates {
  if (backup.removed_at) return 'removed';
  const { state, made_for: madeFor, loss } = backup;
  if (state !== 'complete') return 'passedOver';
  if (madeFor === 'restore') return 'replaced';
  if (failedDrill(backup)) return 'failed';
  return loss === 'unaccepted' || loss === 'superseded' ? 'shrunk' : 'good';
}

async function* backwards(ask: AskHistory): AsyncGenerator<BackupSummary, void> {
  for (let before: number | undefined; ; ) {
    const { histories } = await ask({ limit: PAGE, ...(before !== undefined && { before }) });
    yield* histories;
    if (histories.length < PAGE) return;
    before = histories.at(-1)!.id;
  }
}
