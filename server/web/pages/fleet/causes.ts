import type { OpenCause } from '../../../alarms/list-open.ts';
import { namesOf } from '../../../fleet/read-fleet.ts';
import { type Html, html } from '../../shell/html.ts';
import { databaseLink } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { adviceInWords } from '../alerts/advice-in-words.ts';
import { causeHeadline } from '../alerts/alarm-words.ts';
import { FLEET_TEXTS } from './texts.ts';

/** So many are read in the morning; all are in the alerts. */
const MOST_CAUSES = 12;
const [MOST_NAMES, MOST_ADVICE] = [6, 3];

/**
 * What is wrong, one cause for all that it has caused, each with what to do.
 * @param without what to say where there is no cause
 */
export function causeList(view: View, causes: readonly OpenCause[], without: string): Html {
  const t = FLEET_TEXTS[view.language];
  const more = causes.length - MOST_CAUSES;
  if (causes.length === 0) return html`<p class="quiet">${without}</p>`;
  return html`<section aria-labelledby="causes"><h2 id="causes">${t.causes}</h2>
<ol class="causes">${causes.slice(0, MOST_CAUSES).map(cause => causeItem(view, cause))}</ol>
${more > 0 && html`<p><a href="${view.link('/alerts')}">${t.moreCauses(more)}</a></p>`}</section>`;
}

function causeItem(view: View, cause: OpenCause): Html {
  const t = FLEET_TEXTS[view.language];
  const { severity, advice, alarms, since, isAcknowledged } = cause;
  const [first] = alarms;
  const names = namesOf(cause);
  const more = names.length - MOST_NAMES;
  return html`<li class="${`cause row ${severity}${isAcknowledged ? ' seen' : ''}`}"><p><a href="${view.link(`/alerts/${first!.id}`)}"><strong>${causeHeadline(view, cause)}</strong></a> <span class="quiet">${view.format.ago(since)}${isAcknowledged && html`, ${t.acknowledged}`}</span></p>
${advice.slice(0, MOST_ADVICE).map(text => html`<p>${t.whatToDo}: ${adviceInWords(view, text)}</p>`)}
${names.length > 0 && html`<p class="links">${names.slice(0, MOST_NAMES).map((name, at) => html`${at > 0 && ' · '}${databaseLink(view, name)}`)}${more > 0 && html` · <span class="quiet">${t.moreDatabases(more)}</span>`}</p>`}</li>
`;
}
