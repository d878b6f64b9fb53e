import type { BackupSummary, DatabaseList } from '../../../protocol/responses.ts';
import { type FoundLoss, soundReference } from '../../losses/losses.ts';
import type { ListedState } from '../../options/commands.ts';
import { failedDrill } from '../../proof/proof.ts';
import { toDate } from '../../terminal/local-time.ts';

type Listed = DatabaseList['data'][number];

/** A database as `sade list` sees it. */
export interface ListedView {
  readonly name: string;
  /** Undefined where the service does not know it. */
  readonly answer: Listed | undefined;
  /** What an incomplete latest backup has lost. */
  readonly found: FoundLoss | undefined;
  /** Of its latest backup, and `shrunk` where a loss is to be decided about, and `drill-failed`; these stand instead of `complete`. */
  readonly states: readonly ListedState[];
  /** The same for a person, such as `INCOMPLETE, SHRUNK`. */
  readonly state: string;
  /** The newest complete backup; undefined without one. */
  readonly complete: BackupSummary | undefined;
  /** The one to restore: it has what a newer complete one has lost. Undefined where no backup can be proposed without a look at the history. */
  readonly restorable: { readonly id: number; readonly figures: BackupSummary | undefined } | undefined;
  /** Whether its backups come as they are due, such as `ok`, `LATE` or `paused`; undefined where the service does not say it. */
  readonly freshness: string | undefined;
  /** Of the newest complete one, else of the latest: by this it is sorted. */
  readonly size: number;
  /** How old the newest complete backup is, in milliseconds; infinite without one. */
  readonly ageMs: number;
  /** The lower, the sooner someone should look. */
  readonly urgency: number;
  /** Nothing is to be done. */
  readonly isFine: boolean;
}

/**
 * @param staleMs from which age on the newest complete backup is worth a look, in milliseconds
 * @returns what a person wants to know of a database
 */
export function viewOf(
  answer: Listed,
  found: FoundLoss | undefined,
  { now, staleMs }: { now: Date; staleMs: number },
): ListedView {
  const { database_name: name, latest_backup: latest, unaccepted_loss: loss } = answer;
  const complete = newestComplete(answer);
  const isShrunk = Boolean(loss || found);
  const troubles: Trouble[] = [
    ...(isShrunk ? ['shrunk' as const] : []),
    ...(failedDrill(answer) ? ['drill-failed' as const] : []),
  ];
  const isGood = latest.state === 'complete' && !latest.removed_at && troubles.length > 0;
  // All backups of it were removed: nothing can be restored.
  const state: ListedState = latest.removed_at ? 'never' : latest.state;
  const states: ListedState[] = [...(isGood ? [] : [state]), ...troubles];
  const ageMs = complete ? now.getTime() - toDate(complete.timestamp).getTime() : Number.POSITIVE_INFINITY;
  const watch = answer.freshness?.state;
  const isStale = isOverdue(watch) || (ageMs > staleMs && !isIdle(watch));
  const worst = Math.min(...states.map(state => URGENCY.indexOf(state)));
  return {
    ...{ name, answer, found, states, complete, ageMs, restorable: restorableOf(answer) },
    freshness: watch && freshnessInWords(watch),
    size: (complete ?? latest).size ?? 0,
    state: latest.removed_at ? 'REMOVED' : states.map(inWords).join(', '),
    urgency: isStale ? Math.min(worst, URGENCY.length - 1.5) : worst,
    isFine: !isStale && states.includes('complete'),
  };
}

/** @returns the view of a database that is in the list, and of which the service has no backup */
export function neverBackedUp(name: string): ListedView {
  return {
    ...{ name, answer: undefined, found: undefined, states: ['never'], state: 'NEVER', complete: undefined },
    ...{
      freshness: undefined,
      restorable: undefined,
      size: 0,
      ageMs: Number.POSITIVE_INFINITY,
      urgency: 0,
      isFine: false,
    },
  };
}

/**
 * As long as no one has accepted a loss, the backup to restore is the one that still has what was lost. No backup is proposed that a drill
 * found not restorable, or that lacks what only a backup has that was made before a restore.
 */
function restorableOf(answer: Listed): ListedView['restorable'] {
  const complete = newestComplete(answer);
  const failed = failedDrill(answer)?.backup_id;
  if (!answer.unaccepted_loss) {
    const isDoubtful = complete?.id === failed || lacksRows(complete);
    return complete && !isDoubtful ? { id: complete.id, figures: complete } : undefined;
  }
  const id = soundReference(answer.unaccepted_loss.reference);
  return id && id !== failed
    ? { id, figures: [answer.latest_backup, complete].find(backup => backup?.id === id) }
    : undefined;
}

/**
 * @returns whether a complete backup has a loss that no one has accepted. Where its database has no such loss any more, a newer backup has
 *   all again, which was made before a restore: this one lacks it anyway. An earlier service lists such a loss as `unaccepted`.
 */
export function lacksRows(complete: BackupSummary | undefined): boolean {
  return Boolean(complete?.loss) && complete?.loss !== 'accepted';
}

/** What comes beside the state of the latest backup. */
type Trouble = 'shrunk' | 'drill-failed';

/** The worst first. */
export const URGENCY: readonly ListedState[] = [
  'never',
  'damaged',
  'drill-failed',
  'shrunk',
  'incomplete',
  'unverified',
  'complete',
];

/** @returns a state as a person reads it: capitals where someone must look */
export function inWords(state: ListedState): string {
  return state === 'complete' ? state : state.toUpperCase().replace('-', ' ');
}

/** A service of before does not say it. */
function newestComplete({ latest_backup, latest_complete }: Listed): BackupSummary | undefined {
  return (
    latest_complete ?? (latest_backup.state === 'complete' && !latest_backup.removed_at ? latest_backup : undefined)
  );
}

/** Where someone must look, as the service has them; what a later one may add is shown as it is. */
const OVERDUE: readonly string[] = ['late', 'critical', 'never', 'dropped'];

function isOverdue(watch: string | undefined): boolean {
  return watch !== undefined && OVERDUE.includes(watch);
}

/** No backup of it is expected. */
function isIdle(watch: string | undefined): boolean {
  return watch === 'paused' || watch === 'retired';
}

/** @returns the state of a watched database as a person reads it: capitals where someone must look */
function freshnessInWords(watch: string): string {
  return isOverdue(watch) ? watch.toUpperCase() : watch;
}

/** In the order of their letters, the same on every machine. */
export function compareNames({ name: a }: { name: string }, { name: b }: { name: string }): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
