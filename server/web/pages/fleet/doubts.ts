import type { Fleet } from '../../../fleet/read-fleet.ts';
import type { Verdict } from '../../../fleet/verdict.ts';
import type { JobState } from '../../../jobs/scheduler.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { FLEET_TEXTS } from './texts.ts';

/** Why what the page says may not be so: a green sentence would be a false success. */
export interface Doubts {
  /** When the service last began to look at its databases; undefined where it does so each minute, as it should. */
  readonly notLookedSince: Date | undefined;
  /** Whether no stored file can be reached. */
  readonly isStorageAway: boolean;
}

/** It looks each minute, and may take a while for ten thousand databases. */
const LATE_MS = 5 * 60_000;

/**
 * @param jobs of the service
 * @param storage as a reader sees it
 */
export function doubtsOf(jobs: readonly JobState[], storage: Fleet['facts']['storage'], now: Date): Doubts {
  const evaluation = jobs.find(({ name }) => name === 'evaluation');
  const { lastStartedAt, lastEndedAt, lastError = null } = evaluation ?? {};
  const looked = lastEndedAt ?? lastStartedAt ?? undefined;
  // Of a clock that was set back, it is not known how much time has passed.
  const isLate = looked !== undefined && Math.abs(now.getTime() - looked.getTime()) > LATE_MS;
  return { notLookedSince: isLate || lastError !== null ? looked : undefined, isStorageAway: storage === 'away' };
}

/** @returns the verdict, which is at most a warning where there are doubts */
export function doubted(verdict: Verdict, { notLookedSince, isStorageAway }: Doubts): Verdict {
  const doubts = Number(notLookedSince !== undefined) + Number(isStorageAway);
  if (doubts === 0) return verdict;
  const tone = isStorageAway ? 'critical' : verdict.tone === 'well' ? 'warning' : verdict.tone;
  return { ...verdict, tone: verdict.tone === 'empty' ? 'empty' : tone, alsoOpen: verdict.alsoOpen + doubts };
}

/** What stands right below the sentence. */
export function doubtNotes(view: View, { notLookedSince, isStorageAway }: Doubts): Html {
  const t = FLEET_TEXTS[view.language];
  return html`${isStorageAway && html`<p class="note bad" role="status">${t.storageAway}</p>`}${
    notLookedSince &&
    html`<p class="note warn" role="status">${t.notLooked(view.format.ago(notLookedSince))} <a href="${view.link('/settings')}">${t.whyNotLooked}</a></p>`
  }`;
}
