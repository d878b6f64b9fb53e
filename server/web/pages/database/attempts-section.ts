import type { ListedOutcome } from '../../../runs/search-outcomes.ts';
import { type Html, html } from '../../shell/html.ts';
import { took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import type { DatabaseFacts } from './load-database.ts';
import { detailIn } from './measured-backups.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** How the last runs ended for a database, with what to do about those that failed. */
export function attemptsSection(view: View, { attempts, stored }: DatabaseFacts): Html {
  // Which backup it was is said by the client.
  const own = new Set(stored?.series.map(({ backup }) => backup.id));
  const t = DATABASE_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  if (attempts.length === 0)
    return html`<section aria-labelledby="attempts"><h2 id="attempts">${t.attempts}</h2><p>${t.noAttempts}</p></section>`;
  return html`<section aria-labelledby="attempts"><h2 id="attempts">${t.attempts}</h2>
<div class="scroll" tabindex="0" role="group" aria-label="${t.attempts}"><table class="attempts"><caption>${t.attemptsCaption}</caption><thead><tr><th scope="col">${c.when}</th><th scope="col">${c.result}</th><th scope="col" class="number">${t.took}</th><th scope="col">${t.whatHappened}</th></tr></thead><tbody>
${attempts.map(attempt => rowOf(view, attempt, own))}
</tbody></table></div></section>`;
}

/** @param own the newest backups of the database */
function rowOf(view: View, outcome: ListedOutcome, own: ReadonlySet<number>): Html {
  const t = DATABASE_TEXTS[view.language];
  const { run, endedAt, state, stage, message, advice, backupId } = outcome;
  const seconds = detailIn(outcome)?.seconds;
  const words: Readonly<Record<string, string>> = t.runState;
  const word = Object.hasOwn(words, state) ? words[state] : state;
  return html`<tr><th scope="row"><a href="${view.link(`/runs/${run}`)}">${view.format.at(endedAt)}</a></th><td class="run ${state}">${word}${stage && ` ${t.atStage(stage)}`}</td>${took(view, typeof seconds === 'number' ? seconds * 1000 : undefined)}<td>${message && html`<span lang="en">${message}</span>`}${advice && html`<br><strong lang="en" class="remedy">${advice}</strong>`}${
    backupId != null &&
    own.has(backupId) &&
    html`<a href="${view.link(`/backups/${backupId}`)}">${t.showBackup(backupId)}</a>`
  }</td></tr>`;
}
