import { cut } from '../../../../protocol/texts/cut.ts';
import { shellFlag } from '../../../../protocol/texts/shell-word.ts';
import { lossSentence } from '../../../backups/losses/loss.ts';
import { findingsOf, storedState } from '../../../entities/backup.entity.ts';
import { command } from '../../forms/command.ts';
import { MOST_OF_FINDING, remedy } from '../../forms/remedy.ts';
import { type Html, html } from '../../shell/html.ts';
import { markWithWord } from '../../shell/marks.ts';
import type { View } from '../../shell/view.ts';
import { adviceInWords } from '../alerts/advice-in-words.ts';
import { alarmSentence } from '../alerts/alarm-words.ts';
import type { DatabaseFacts } from './load-database.ts';
import { DATABASE_TEXTS } from './texts.ts';

/**
 * @returns what needs someone now: a loss that no one has accepted, open alarms with what to do, and what the next evaluation of
 *   alarms will find
 */
export function needsOf(view: View, facts: DatabaseFacts): Html[] {
  return [
    ...lossIn(view, facts),
    ...findingsIn(view, facts),
    ...alarmsIn(view, facts),
    ...newestIn(view, facts),
    ...failureIn(view, facts),
  ];
}

export function needsSection(view: View, needs: readonly Html[]): Html | undefined {
  if (needs.length === 0) return undefined;
  const t = DATABASE_TEXTS[view.language];
  return html`<section aria-labelledby="needs"><h2 id="needs">${t.needs}</h2><ul class="needs">${needs.map(need => html`<li>${need}</li>`)}</ul></section>`;
}

function lossIn(view: View, { stored }: DatabaseFacts): Html[] {
  const loss = stored?.history.unacceptedLoss;
  if (!loss) return [];
  const t = DATABASE_TEXTS[view.language];
  const sentence = html`<strong>${t.loss}</strong>: <span lang="en">${lossSentence(findingsOf(loss))}.</span>`;
  return [html`${sentence} ${t.lossOf} ${backupLink(view, loss.id)}`];
}

/** So many of them are shown here: the page of the backup has all. */
const MOST_FINDINGS = 3;

/** What the newest backup lacks, and what fixes it: no other page need be opened for that. */
function findingsIn(view: View, { stored }: DatabaseFacts): Html[] {
  if (!stored || storedState(stored.latest) !== 'incomplete') return [];
  const { id } = stored.latest;
  const details = stored.backups.find(({ backup }) => backup.id === id)?.details;
  const heavy = details ? findingsOf(details).filter(({ severity }) => severity === 'incomplete') : [];
  return heavy
    .slice(0, MOST_FINDINGS)
    .map(
      ({ code, message, advice }, at) =>
        html`${backupLink(view, id)} <code>${code}</code> <span lang="en">${cut(message, MOST_OF_FINDING)}</span>${advice && remedy(view, advice, `fix-${at}`)}`,
    );
}

/** Where the loss itself is shown, its alarm says the same once more. */
function alarmsIn(view: View, { alarms, stored }: DatabaseFacts): Html[] {
  const t = DATABASE_TEXTS[view.language];
  const shown = alarms.filter(({ kind }) => kind !== 'shrunk' || !stored?.history.unacceptedLoss);
  return shown.map(
    alarm =>
      html`<a href="${view.link(`/alerts/${alarm.id}`)}">${t.alarm}</a> ${view.format.ago(alarm.since)}: ${sentenceOf(view, alarm)}${adviceIn(view, alarm.detail)}`,
  );
}

function sentenceOf(view: View, alarm: DatabaseFacts['alarms'][number]): Html {
  const sentence = alarmSentence(view, alarm);
  return sentence === alarm.summary ? html`<span lang="en">${sentence}</span>` : html`${sentence}`;
}

function adviceIn(view: View, detail: string): Html | undefined {
  const { advice }: { advice?: unknown } = JSON.parse(detail);
  return typeof advice === 'string' ? html`<span class="remedy">${adviceInWords(view, advice)}</span>` : undefined;
}

/** Alarms are evaluated each minute. */
function newestIn(view: View, { stored, alarms }: DatabaseFacts): Html[] {
  if (!stored || alarms.some(({ kind }) => kind === 'incomplete' || kind === 'damaged')) return [];
  const state = storedState(stored.latest);
  if (state === 'complete' || stored.latest.removedAt) return [];
  const t = DATABASE_TEXTS[view.language];
  return [html`${t.newest}: ${markWithWord(view, state)}. ${backupLink(view, stored.latest.id)}`];
}

function failureIn(view: View, { attempts: [last], alarms }: DatabaseFacts): Html[] {
  if (last?.state !== 'failed' || alarms.some(({ kind }) => kind === 'run_failed')) return [];
  const t = DATABASE_TEXTS[view.language];
  const { message, advice, endedAt } = last;
  return [
    html`<strong>${t.lastFailed}</strong> ${view.format.ago(endedAt)}: <span lang="en">${message}</span>${advice && html`<span lang="en" class="remedy">${advice}</span>`}`,
  ];
}

function backupLink(view: View, id: number): Html {
  return html`<a href="${view.link(`/backups/${id}`)}">${DATABASE_TEXTS[view.language].showBackup(id)}</a>`;
}

/** What to do about a database that is only on a list so far. */
export function neverSection(view: View, { name, sources }: DatabaseFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const source = sources.find(({ goneAt }) => !goneAt)?.source;
  const only = shellFlag('--only', name);
  return html`<section aria-labelledby="never"><h2 id="never">${t.neverBackedUp}</h2><p>${
    source === undefined ? t.whatToDoAnywhere : t.whatToDo(source)
  }</p>${command(view, `sade doctor ${only}`, 'doctor-command')}${command(view, `sade backup ${only}`, 'backup-command')}</section>`;
}
