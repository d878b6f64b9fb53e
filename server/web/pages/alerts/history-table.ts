import type { ListedAlarm } from '../../../alarms/search-alarms.ts';
import { type Html, html } from '../../shell/html.ts';
import { databaseLink, pager, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { endingSentence, kindName, severity } from './alarm-words.ts';
import type { AlertFilter, AlertsShown } from './load-alerts.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** The alarms that are over, newest first. */
export function historyTable(view: View, { closed, closedCount, next, filter }: AlertsShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const to = (after: string | undefined) => `${view.link('/alerts', { ...filter, after })}#history`;
  return html`<section aria-labelledby="history"><h2 id="history">${t.history}</h2>
${
  closed.length === 0
    ? html`<p>${isFiltered(filter) ? t.noHistoryMatches : t.noHistory}</p>`
    : html`<p>${t.historyCount(closedCount)}</p>
<div class="scroll"><table><caption>${t.historyCaption}</caption>
<thead><tr><th scope="col">${t.opened}</th><th scope="col">${t.about}</th><th scope="col" class="wide">${t.kind}</th><th scope="col" class="wide">${t.severity}</th><th scope="col">${t.lasted}</th><th scope="col">${t.ending}</th></tr></thead>
<tbody>${closed.map(alarm => row(view, alarm))}</tbody></table></div>`
}
${pager({ first: filter.after === undefined ? undefined : to(undefined), next: next && to(next), words: COMMON_TEXTS[view.language] })}</section>`;
}

/** @returns whether a reader has asked for some alarms only */
export function isFiltered({ after: _, ...filter }: AlertFilter): boolean {
  return Object.values(filter).some(value => value !== undefined);
}

function row(view: View, alarm: ListedAlarm): Html {
  const { id, openedAt, closedAt, databaseName, subject, kind } = alarm;
  return html`<tr><th scope="row"><a href="${view.link(`/alerts/${id}`)}">${view.format.at(openedAt)}<span class="hidden"> ${subject}</span></a></th>
<td>${databaseName === null ? subject : databaseLink(view, databaseName)}</td><td class="wide">${kindName(view, kind)}</td><td class="wide">${severity(view, alarm)}</td>
${took(view, closedAt ? closedAt.getTime() - openedAt.getTime() : undefined)}<td>${endingSentence(view, alarm)}</td></tr>`;
}
