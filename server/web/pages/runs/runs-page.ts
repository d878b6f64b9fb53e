import { RUN_ENDS } from '../../../entities/runs/run.entity.ts';
import { command } from '../../forms/command.ts';
import { chips, field, filterForm, hidden } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRoute } from '../../shell/page.ts';
import { databaseLink, pager, status, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { loadRuns, type RunsShown } from './load-runs.ts';
import { endOf } from './run-end.ts';
import { sourcesTable } from './sources-table.ts';
import { RUNS_TEXTS } from './texts.ts';

/** Who backs up, how the last runs went, and what fell off the lists. */
export const RUNS_PAGE: PageRoute = {
  path: '/runs',
  action: 'list',
  async show({ view, em, scope, query, serviceUrl }): Promise<Page> {
    return pageOf(view, await loadRuns({ em, scope }, query, view.now), serviceUrl);
  },
};

function pageOf(view: View, shown: RunsShown, serviceUrl: string): Page {
  const t = RUNS_TEXTS[view.language];
  const { filter, runs, sources, missing, gone } = shown;
  const isFiltered = filter.source !== undefined || filter.outcome !== undefined || filter.after !== undefined;
  const isEmpty = !isFiltered && runs.length === 0 && (sources?.count ?? 0) === 0;
  const title = filter.source === undefined ? t.heading : t.of(filter.source);
  return {
    title,
    attention: missing.length,
    body: html`<h1>${title}</h1>
${
  isEmpty
    ? empty(view, serviceUrl)
    : html`${sources && sourcesTable(view, sources, filter)}
${runList(view, shown)}
${gone.length > 0 && goneTable(view, shown)}`
}`,
  };
}

function empty(view: View, serviceUrl: string): Html {
  const t = RUNS_TEXTS[view.language];
  return html`<p>${t.empty}</p>
<p>${t.emptyDoctor}</p>
${command(view, `sade doctor --server ${serviceUrl}`, 'command-doctor')}
<p>${t.emptyAdvice}</p>
${command(view, `sade backup --server ${serviceUrl}`, 'command-backup')}`;
}

function runList(view: View, { filter, runs, missing, next, sources, seesAll }: RunsShown): Html {
  const t = RUNS_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  const { source, outcome } = filter;
  const to = (query: Record<string, string | undefined>) => view.link('/runs', { source, outcome, ...query });
  const ends = [undefined, ...RUN_ENDS].map(end => ({
    label: end === undefined ? common.all : t.ends[end],
    href: to({ outcome: end }),
    isOn: end === outcome,
  }));
  const names = [...new Set(sources?.page.map(({ source }) => source))];
  const list = sources && { list: names };
  return html`<section aria-labelledby="runs"><h2 id="runs">${t.runs}</h2>
${source !== undefined && html`<p><a href="${view.link('/runs')}">${t.allSources}</a></p>`}
${seesAll && chips(view, t.filterOutcome, ends)}
${filterForm({
  action: view.link('/runs'),
  fields: html`${hidden({ outcome })}${field({ name: 'source', label: t.filterSource, value: source, maxLength: 128, ...list })}`,
  submit: common.show,
})}
${
  runs.length + missing.length === 0
    ? html`<p>${t.noMatch}</p>`
    : html`<div class="scroll"><table><caption>${t.runsCaption}</caption>
<thead><tr><th scope="col">${t.started}</th><th scope="col">${t.source}</th><th scope="col">${t.outcome}</th><th scope="col">${t.databases}</th><th scope="col">${t.lasted}</th></tr></thead>
<tbody>${missing.map(alarm => missingRow(view, alarm))}${runs.map(row => runRow(view, row))}</tbody></table></div>`
}
${pager({ first: filter.after === undefined ? undefined : to({}), next: next && to({ after: next }), words: common })}</section>`;
}

function runRow(view: View, { run, counts }: RunsShown['runs'][number]): Html {
  const t = RUNS_TEXTS[view.language];
  const { format } = view;
  const { id, startedAt, endedAt, source, shard, outcome, interruptedBy, isPartial, problem } = run;
  const { complete, incomplete, failed, not_done: notDone } = counts;
  return html`<tr><th scope="row"><a href="${view.link(`/runs/${id}`)}">${format.at(startedAt)}<span class="hidden"> ${t.run(source)}</span></a></th>
<td><a href="${view.link('/runs', { source })}">${source}</a>${shard !== '' && html` / ${shard}`}</td>
<td>${endOf(view, outcome)}${interruptedBy != null && html` <code>${interruptedBy}</code>`}${problem != null && html`<br><small lang="en">${cut(problem)}</small>`}</td>
<td>${t.counts(complete, incomplete, failed, notDone)}${isPartial === 1 && html`<br><small>${t.partial}</small>`}</td>
${took(view, endedAt.getTime() - startedAt.getTime())}</tr>`;
}

function missingRow(view: View, { id, source, subject, summary, since }: RunsShown['missing'][number]): Html {
  const t = RUNS_TEXTS[view.language];
  return html`<tr class="bad"><th scope="row">${view.format.at(since)}</th>
<td><a href="${view.link('/runs', { source: source ?? subject })}">${subject}</a></td>
<td>${status('missing', t.isDue)}<br><small lang="en">${summary}</small></td>
<td colspan="2"><a href="${view.link(`/alerts/${id}`)}">${t.seeAlarm}</a></td></tr>`;
}

function goneTable(view: View, { gone, goneCount }: RunsShown): Html {
  const t = RUNS_TEXTS[view.language];
  return html`<section aria-labelledby="gone"><h2 id="gone">${t.gone}</h2>
<p>${t.goneAdvice}</p>
<div class="scroll"><table><caption>${t.goneCaption}</caption>
<thead><tr><th scope="col">${COMMON_TEXTS[view.language].database}</th><th scope="col">${t.source}</th><th scope="col">${t.goneSince}</th></tr></thead>
<tbody>${gone.map(
    ({ databaseName, source, shard, goneAt }) =>
      html`<tr><th scope="row">${databaseLink(view, databaseName)}</th><td>${source}${shard !== '' && html` / ${shard}`}</td><td>${goneAt && view.format.at(goneAt)}</td></tr>`,
  )}</tbody></table></div>
${goneCount > gone.length && html`<p>${t.goneMore(goneCount - gone.length)}</p>`}</section>`;
}

function cut(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199).toWellFormed()}…`;
}
