import type { Cause } from '../../../fleet/causes.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { causeInIndonesian } from './cause-in-indonesian.ts';
import { FLEET_TEXTS } from './texts.ts';

/** So many are read in the morning; all are in the alerts. */
const MOST_CAUSES = 12;
const MOST_NAMES = 6;

/** What is wrong, one cause for all that it has caused, each with what to do. */
export function causeList(view: View, causes: readonly Cause[]): Html {
  const t = FLEET_TEXTS[view.language];
  const more = causes.length - MOST_CAUSES;
  if (causes.length === 0) return html`<p class="quiet">${t.noCauses}</p>`;
  return html`<section aria-labelledby="causes"><h2 id="causes">${t.causes}</h2>
<ol class="causes">${causes.slice(0, MOST_CAUSES).map(cause => causeItem(view, cause))}</ol>
${more > 0 && html`<p><a href="${view.link('/alerts')}">${t.moreCauses(more)}</a></p>`}</section>`;
}

function causeItem(view: View, cause: Cause): Html {
  const t = FLEET_TEXTS[view.language];
  const { severity, advice, ids, databases, since, isAcknowledged } = cause;
  const isEnglish = view.language === 'en';
  const alert = ids.length === 1 ? view.link(`/alerts/${ids[0]}`) : view.link('/alerts');
  const more = databases.length - MOST_NAMES;
  return html`<li class="cause ${severity === 'critical' ? 'bad' : 'warn'}"><p><strong>${isEnglish ? cause.headline : causeInIndonesian(cause)}</strong> <span class="quiet">${t.since} ${view.format.ago(since)}${isAcknowledged && html`, ${t.acknowledged}`}</span></p>
${advice.map(text => html`<p class="advice">${t.whatToDo}: <span${!isEnglish && html` lang="en"`}>${text}</span></p>`)}
<p class="links">${databases.slice(0, MOST_NAMES).map(name => html`<a href="${view.link(`/databases/${encodeURIComponent(name)}`)}">${name}</a> `)}${more > 0 && html`<span class="quiet">${t.moreDatabases(more)}</span> `}<a class="alert" href="${alert}">${ids.length === 1 ? t.openAlert : t.openAlerts(ids.length)}</a></p></li>`;
}
