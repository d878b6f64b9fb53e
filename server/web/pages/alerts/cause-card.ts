import { detailOf, type OpenCause } from '../../../alarms/list-open.ts';
import type { ListedAlarm } from '../../../alarms/search-alarms.ts';
import { can } from '../../../auth/policy.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { adviceInWords } from './advice-in-words.ts';
import {
  acknowledgement,
  alarmSentence,
  causeHeadline,
  inEnglish,
  kindName,
  nextLinks,
  severity,
} from './alarm-words.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** So many alarms of a cause are listed, so many of those that it explains, and so many different advices. */
const [MOST_ENTRIES, MOST_EXPLAINED, MOST_ADVICE] = [20, 50, 3];

/** What is open for one cause: what is wrong, what it is about, since when, and what to do. */
export function causeCard(view: View, cause: OpenCause): Html {
  const t = ALERTS_TEXTS[view.language];
  const { alarms, explained, advice, since } = cause;
  const [first] = alarms as [ListedAlarm];
  const isSingle = alarms.length === 1;
  const names = detailOf(first).databases ?? [];
  return html`<article class="${`cause ${cause.severity}${cause.isAcknowledged ? ' seen' : ''}`}">
<h3><a href="${view.link(`/alerts/${first.id}`)}">${causeHeadline(view, cause)}</a></h3>
<p>${severity(view, cause)} · ${kindName(view, cause.kind)} · ${t.since} ${view.format.ago(since)}</p>
${isSingle ? inEnglish(view, first) : entries(view, cause)}
${isSingle && names.length > 0 && html`<p>${t.databases}: ${names.slice(0, MOST_EXPLAINED).join(', ')}${names.length > MOST_EXPLAINED && ', …'}</p>`}
${isSingle && acknowledgement(view, first)}
${advice.slice(0, MOST_ADVICE).map(text => html`<p>${t.whatToDo}: ${adviceInWords(view, text)}</p>`)}
${explained.length > 0 && html`<details><summary>${t.explains(explained.length)}</summary>${explainedList(view, explained)}</details>`}
<p class="links">${links(view, cause)}</p>
</article>`;
}

/** The alarms that another one explains, each with its link. */
export function explainedList(view: View, explained: readonly ListedAlarm[]): Html {
  const t = ALERTS_TEXTS[view.language];
  const hidden = explained.length - MOST_EXPLAINED;
  return html`<ul>${explained.slice(0, MOST_EXPLAINED).map(alarm => entry(view, alarm))}</ul>${hidden > 0 && html`<p>${t.more(hidden)}</p>`}`;
}

function entries(view: View, { alarms, cause, kind, source }: OpenCause): Html {
  const t = ALERTS_TEXTS[view.language];
  const hidden = alarms.length - MOST_ENTRIES;
  return html`<ul>${alarms.slice(0, MOST_ENTRIES).map(alarm => entry(view, alarm, cause))}</ul>${
    hidden > 0 &&
    html`<p><a href="${view.link('/alerts', { kind, source: source ?? undefined })}">${t.more(hidden)}</a></p>`
  }`;
}

/** @param cause the headline has said it: the name of the database is enough then */
function entry(view: View, alarm: ListedAlarm, cause: string | null = null): Html {
  const text = cause !== null && alarm.databaseName !== null ? alarm.databaseName : alarmSentence(view, alarm);
  return html`<li><a href="${view.link(`/alerts/${alarm.id}`)}">${text}</a>${acknowledgement(view, alarm)}</li>`;
}

function links(view: View, { alarms, isAcknowledged }: OpenCause): Html {
  const t = ALERTS_TEXTS[view.language];
  const [first] = alarms as [ListedAlarm];
  const isSingle = alarms.length === 1;
  const acknowledge = isAcknowledged ? t.acknowledgeAgain : isSingle ? t.acknowledge : t.acknowledgeAll(alarms.length);
  const to = `${view.link(`/alerts/${first.id}`, { together: isSingle ? undefined : 1 })}#acknowledge`;
  const all = [
    ...(isSingle ? nextLinks(view, first) : nextLinks(view, { ...first, databaseName: null })),
    ...(can(view.principal, 'acknowledge') ? [html`<a href="${to}">${acknowledge}</a>`] : []),
  ];
  return html`${all.map((link, at) => html`${at > 0 && ' · '}${link}`)}`;
}
