import { detailOf } from '../../../alarms/list-open.ts';
import { can } from '../../../auth/policy.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute } from '../../shell/page.ts';
import { databaseLink } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { type AcknowledgeForm, acknowledgeForm } from './acknowledge-form.ts';
import { adviceInWords } from './advice-in-words.ts';
import {
  acknowledgement,
  alarmSentence,
  endingSentence,
  inEnglish,
  kindName,
  nextLinks,
  severity,
} from './alarm-words.ts';
import { explainedList } from './cause-card.ts';
import { type AlertShown, loadAlert } from './load-alerts.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** One alarm: since when, what to do, who sees to it, and the form for that. */
export const ALERT_PAGE: PageRoute = {
  path: '/alerts/:id',
  action: 'list',
  show: request => showAlert(request, { isTogether: request.query.get('together') === '1' }),
};

/** @param typed what stands in the form: what was sent, with its mistakes */
export async function showAlert(
  { view, em, scope, params }: Pick<PageRequest, 'view' | 'em' | 'scope' | 'params'>,
  typed: AcknowledgeForm,
): Promise<Page> {
  const shown = await loadAlert({ em, scope }, params.id!, view.now);
  const { alarm } = shown;
  const title = alarmSentence(view, alarm);
  const canAcknowledge = alarm.closedAt === null && can(view.principal, 'acknowledge');
  return {
    title,
    ...(typed.mistakes && { status: 400 }),
    body: html`<h1>${title}</h1>
${inEnglish(view, alarm)}
${advice(view, shown)}
${acknowledgement(view, alarm)}
${facts(view, shown)}
${explanations(view, shown)}
${canAcknowledge && acknowledgeForm(view, shown, typed)}
<p><a href="${view.link('/alerts')}">${ALERTS_TEXTS[view.language].allAlerts}</a></p>`,
  };
}

function advice(view: View, { alarm }: AlertShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const links = nextLinks(view, alarm);
  if (alarm.closedAt) return html`<p>${endingSentence(view, alarm)}.</p>${linkLine(links)}`;
  return html`<p class="advice">${t.whatToDo}: ${adviceInWords(view, detailOf(alarm).advice)}</p>${linkLine(links)}`;
}

function linkLine(links: readonly Html[]): Html | undefined {
  return links.length > 0
    ? html`<p class="links">${links.map((link, at) => html`${at > 0 && ' · '}${link}`)}</p>`
    : undefined;
}

function facts(view: View, { alarm }: AlertShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const { at, ago, duration } = view.format;
  const { kind, source, since, openedAt, closedAt, toldCount, flappingSince } = alarm;
  const { cause, databases = [] } = detailOf(alarm);
  const end = closedAt && html`${at(closedAt)} (${duration(closedAt.getTime() - openedAt.getTime())})`;
  const rows: ReadonlyArray<readonly [string, Html | string | null | undefined]> = [
    [t.state, closedAt ? t.isOver : t.isOpen],
    [t.severity, severity(view, alarm)],
    [t.kind, kindName(view, kind)],
    [t.source, source],
    [t.cause, cause === undefined ? undefined : html`<span lang="en">${cause}</span>`],
    [COMMON_TEXTS[view.language].since, html`${at(since)} (${ago(since)})`],
    [t.noticed, at(openedAt)],
    [t.ended, end],
    [t.messages, t.messagesSent(toldCount)],
    [t.databases, databases.length === 0 ? undefined : names(view, databases)],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => value != null && html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${flappingSince !== null && closedAt === null && html`<p>${t.flapping}</p>`}`;
}

/** An evening in which all are late names ten thousand. */
const MOST_NAMES = 200;

function names(view: View, databases: readonly string[]): Html {
  const shown = databases.slice(0, MOST_NAMES);
  return html`${shown.map((name, at) => html`${at > 0 && ', '}${databaseLink(view, name)}`)}${databases.length > shown.length && ', …'}`;
}

function explanations(view: View, { cause, isExplained }: AlertShown): Html | undefined {
  const t = ALERTS_TEXTS[view.language];
  if (!cause) return undefined;
  const { alarms, explained } = cause;
  if (isExplained)
    return html`<section aria-labelledby="explained"><h2 id="explained">${t.explainedBy}</h2>${explainedList(view, alarms)}</section>`;
  return explained.length > 0
    ? html`<section aria-labelledby="explained"><h2 id="explained">${t.explainedList}</h2>${explainedList(view, explained)}</section>`
    : undefined;
}
