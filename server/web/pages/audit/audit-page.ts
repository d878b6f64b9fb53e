import { AUDIT_ACTIONS, AUDIT_RESULTS } from '../../../audit/entry.ts';
import type { ListedEntry } from '../../../audit/search-entries.ts';
import { choice, field, filterForm } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { PageRoute } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { type AuditFilters, FILTERS, filtersIn, isDay, loadAudit, MOST_IN_FILE, queryOf } from './load-audit.ts';
import { AUDIT_TEXTS } from './texts.ts';

/** The audit trail: its filters are in the address, so that a link leads to what was found. */
export const AUDIT_PAGE: PageRoute = {
  path: '/audit',
  action: 'audit',
  async show({ view, em, query }) {
    const t = AUDIT_TEXTS[view.language];
    const filters = filtersIn(query);
    const wrong = (['from', 'to'] as const).filter(name => filters[name] !== undefined && !isDay(filters[name]));
    const after = query.get('after');
    const data =
      wrong.length > 0 ? { entries: [], next: undefined } : await loadAudit(em, { filters, zone: view.zone, after });
    const asked = queryOf(filters);
    return {
      title: t.heading,
      status: wrong.length > 0 ? 400 : 200,
      body: html`<h1>${t.heading}</h1>
<p>${t.intro}</p>
${filterFields(view, filters, wrong)}
${data.entries.length === 0 ? html`<p>${COMMON_TEXTS[view.language].noEntries}</p>` : table(view, data.entries)}
<p class="pages">${after !== null && html`<a href="${view.link('/audit', asked)}">${t.first}</a> `}${data.next && html`<a rel="next" href="${view.link('/audit', { ...asked, after: data.next })}">${t.next}</a>`}</p>
<p><a href="${view.link('/audit.csv', asked)}" download>${t.csv}</a> <small>(${t.csvHint(view.format.number(MOST_IN_FILE))})</small></p>`,
    };
  },
};

function filterFields(view: View, filters: AuditFilters, wrong: readonly string[]): Html {
  const t = AUDIT_TEXTS[view.language];
  const any = ['', t.any] as const;
  const actions = [any, ...AUDIT_ACTIONS.map(action => [action, action] as const)];
  const results = [any, ...AUDIT_RESULTS.map(result => [result, t.results[result]] as const)];
  const mistake = (name: string) => (wrong.includes(name) ? t.wrongDay : undefined);
  const fields = html`${field({ name: 'token', label: t.token, value: filters.token, maxLength: 255 })}${field({ name: 'address', label: t.address, value: filters.address, maxLength: 64 })}${field({ name: 'database', label: t.database, value: filters.database, maxLength: 64 })}${choice({ name: 'action', label: t.action, options: actions, value: filters.action })}${choice({ name: 'result', label: t.result, options: results, value: filters.result })}${field({ name: 'from', label: t.from(view.zone), value: filters.from, type: 'date', mistake: mistake('from') })}${field({ name: 'to', label: t.to, value: filters.to, type: 'date', mistake: mistake('to') })}`;
  const isFiltered = FILTERS.some(name => filters[name] !== undefined);
  return html`${filterForm({ action: view.link('/audit'), fields, submit: t.filter })}${isFiltered && html`<p><a href="${view.link('/audit')}">${t.clear}</a></p>`}`;
}

function table(view: View, entries: readonly ListedEntry[]): Html {
  const t = AUDIT_TEXTS[view.language];
  const heads = [t.when, t.who, t.address, t.action, t.result, t.database, t.detail];
  return html`<div class="scroll"><table class="audit"><caption>${t.caption}</caption><thead><tr>${heads.map(
    head => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${entries.map(entry => row(view, entry))}</tbody></table></div>`;
}

function row(view: View, entry: ListedEntry): Html {
  const t = AUDIT_TEXTS[view.language];
  const { at, token, address, action, result, databaseName, backupId, count, detail } = entry;
  const words = AUDIT_RESULTS.find(known => known === result);
  const kind = result === 'failed' ? 'bad' : result === 'refused' ? 'warn' : 'plain';
  return html`<tr><td>${view.format.at(at)}</td><th scope="row">${token ?? t.noToken}</th><td>${address}</td><td>${action}</td><td class="${kind}">${words ? t.results[words] : result}${count > 1 && html` <small>${t.times(count)}</small>`}</td><td>${databaseName !== null && html`<a href="${view.link(`/databases/${encodeURIComponent(databaseName)}`)}">${databaseName}</a>`}${backupId !== null && html` <a href="${view.link(`/backups/${backupId}`)}">${t.backup(backupId)}</a>`}</td><td class="detail">${inWords(detail)}</td></tr>`;
}

/** @returns the detail of an entry as `name: value` pairs; it is JSON that strangers have a part in */
function inWords(detail: string | null): string {
  if (detail === null) return '';
  try {
    const pairs = Object.entries(JSON.parse(detail) as Record<string, unknown>);
    return pairs
      .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join('; ');
  } catch {
    return detail;
  }
}
