import { lossSentence } from '../../../backups/losses/loss.ts';
import { shellWord } from '../../../backups/losses/restore-command.ts';
import { findingsOf } from '../../../entities/backup.entity.ts';
import { command } from '../../forms/command.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { DatabaseFacts } from './load-database.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** What needs someone now: open alarms with what to do, and a loss that no one has accepted. */
export function needsSection(view: View, { alarms, stored }: DatabaseFacts): Html | undefined {
  const loss = stored?.history.unacceptedLoss;
  if (alarms.length === 0 && !loss) return undefined;
  const t = DATABASE_TEXTS[view.language];
  return html`<section aria-labelledby="needs"><h2 id="needs">${t.needs}</h2><ul class="needs">
${loss && html`<li><strong>${t.loss}</strong>: <span lang="en">${lossSentence(findingsOf(loss))}</span> ${t.lossOf} <a href="${view.link(`/backups/${loss.id}`)}">${t.showBackup(loss.id)}</a></li>`}
${alarms.map(
  ({ id, summary, detail, since }) =>
    html`<li><a href="${view.link(`/alerts/${id}`)}">${t.alarm}</a> ${view.format.ago(since)}: <span lang="en">${summary}</span>${adviceIn(detail)}</li>`,
)}
</ul></section>`;
}

function adviceIn(detail: string): Html | undefined {
  const { advice }: { advice?: unknown } = JSON.parse(detail);
  return typeof advice === 'string' ? html`<br><span lang="en" class="advice">${advice}</span>` : undefined;
}

/** What to do about a database that is only on a list so far. */
export function neverSection(view: View, { name, sources }: DatabaseFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const source = sources.find(({ goneAt }) => !goneAt)?.source;
  const only = `--only ${shellWord(name)}`;
  return html`<section aria-labelledby="never"><h2 id="never">${t.neverBackedUp}</h2><p>${
    source === undefined ? t.whatToDoAnywhere : t.whatToDo(source)
  }</p>${command(view, `sade doctor ${only}`, 'doctor-command')}${command(view, `sade backup ${only}`, 'backup-command')}</section>`;
}
