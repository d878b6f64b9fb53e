import { ALARM_KINDS, SEVERITIES } from '../../../configuration/alarm-kinds.ts';
import { choice, field, filterForm } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute, WebParts } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { kindName } from './alarm-words.ts';
import { causeCard } from './cause-card.ts';
import { loadChannels } from './channels.ts';
import { channelsTable, type TestShown } from './channels-table.ts';
import { historyTable, isFiltered } from './history-table.ts';
import { type AlertFilter, type AlertsShown, loadAlerts, seesChannels } from './load-alerts.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** What a person must see to, where it is reported, and what is over. */
export const ALERTS_PAGE: PageRoute = {
  path: '/alerts',
  action: 'list',
  show: (request, parts) => showAlerts(request, parts),
};

/** @param tested what the test of a channel has shown, which stands beside the channels */
export async function showAlerts(
  { view, em, scope, query }: Pick<PageRequest, 'view' | 'em' | 'scope' | 'query'>,
  parts: Pick<WebParts, 'notifications' | 'configuration'>,
  tested?: TestShown,
): Promise<Page> {
  const t = ALERTS_TEXTS[view.language];
  const shown = await loadAlerts({ em, scope }, query, view.now);
  const channels = seesChannels(view) ? await loadChannels(em, parts) : undefined;
  return {
    title: t.heading,
    attention: shown.open.filter(({ isAcknowledged }) => !isAcknowledged).length,
    body: html`<h1>${t.heading}</h1>
${tested && channels && channelsTable(view, channels, tested)}
${openCauses(view, shown)}
${filters(view, shown.filter)}
${!tested && channels && channelsTable(view, channels)}
${historyTable(view, shown)}`,
  };
}

function openCauses(view: View, { open, counts, isCut, filter }: AlertsShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const count = counts.warning + counts.critical;
  const critical = counts.critical > 0 ? `, ${t.critical(counts.critical)}` : '';
  return html`<section aria-labelledby="open"><h2 id="open">${t.causes}</h2>
<p class="verdict">${count === 0 ? t.allWell : `${t.open(count)}${critical}.`}</p>
${isCut && html`<p>${t.cut}</p>`}
${count > 0 && open.length === 0 && isFiltered(filter) && html`<p>${t.noneMatches}</p>`}
${open.map(cause => causeCard(view, cause))}</section>`;
}

function filters(view: View, { kind, severity, database, source }: AlertFilter): Html {
  const t = ALERTS_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  const any = ['', common.all] as const;
  const kinds = ALARM_KINDS.map(kind => [kind, kindName(view, kind)] as const);
  const severities = SEVERITIES.map(severity => [severity, t.severities[severity]] as const);
  return html`<section aria-labelledby="filter"><h2 id="filter">${t.filter}</h2>
${filterForm({
  action: view.link('/alerts'),
  fields: html`${choice({ name: 'kind', label: t.kind, options: [any, ...kinds], value: kind })}${choice({ name: 'severity', label: t.severity, options: [any, ...severities], value: severity })}${field({ name: 'database', label: t.database, value: database, maxLength: 64 })}${field({ name: 'source', label: t.source, value: source, maxLength: 255 })}`,
  submit: common.show,
})}</section>`;
}
