import { type Html, html } from '../../shell/html.ts';
import { pager, status, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import type { RunFilter, SourcesShown } from './load-runs.ts';
import { endOf } from './run-end.ts';
import { RUNS_TEXTS } from './texts.ts';

/** The sources, those first that need someone. */
export function sourcesTable(view: View, { page, count, pages }: SourcesShown, { hosts, outcome }: RunFilter): Html {
  const t = RUNS_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  const to = (hosts: number | undefined) => view.link('/runs', { outcome, hosts });
  if (count === 0) return html``;
  return html`<section aria-labelledby="sources"><h2 id="sources">${t.sources}</h2>
<div class="scroll"><table><caption>${t.sourcesCaption}</caption>
<thead><tr><th scope="col">${t.source}</th><th scope="col">${t.lastRun}</th><th scope="col">${t.completed}</th><th scope="col">${t.lasted}</th><th scope="col">${t.nextDue}</th><th scope="col">${t.onList}</th><th scope="col">${t.version}</th></tr></thead>
<tbody>${page.map(state => row(view, state))}</tbody></table></div>
${pager({
  first: hosts > 1 ? to(undefined) : undefined,
  next: hosts < pages ? to(Math.min(hosts, pages) + 1) : undefined,
  words: { firstPage: common.firstPage, nextPage: t.moreSources },
})}</section>`;
}

function row(view: View, state: SourcesShown['page'][number]): Html {
  const t = RUNS_TEXTS[view.language];
  const { format } = view;
  const { source, shard, lastRun, databases, gone } = state;
  const n = format.number;
  return html`<tr><th scope="row"><a href="${view.link('/runs', { source })}">${source}</a>${shard !== '' && html` / ${shard}`}</th>
<td>${lastRunOf(view, state)}</td>
<td>${lastRun && t.ofAll(n(lastRun.complete), n(lastRun.total))}</td>
${took(view, lastRun && lastRun.endedAt.getTime() - lastRun.startedAt.getTime())}
<td>${dueOf(view, state)}</td>
<td data-value="${databases}">${n(databases)}${gone > 0 && html` <small>(${t.goneOfList(gone)})</small>`}</td>
<td>${lastRun?.sadeVersion}</td></tr>`;
}

function lastRunOf(view: View, { source, lastRun, missing }: SourcesShown['page'][number]): Html {
  const t = RUNS_TEXTS[view.language];
  const lost =
    missing && html`<a href="${view.link(`/alerts/${missing.id}`)}">${status('missing', t.notReported)}</a> `;
  if (!lastRun) return html`${lost}${status('none-due', t.noRun)}`;
  const { id, outcome, startedAt, clockAheadSeconds } = lastRun;
  return html`${lost}${endOf(view, outcome)} <a href="${view.link(`/runs/${id}`)}">${view.format.ago(startedAt)}<span class="hidden"> ${t.run(source)}</span></a>${
    clockAheadSeconds > 0 && html`<br><small>${t.clockAhead(view.format.duration(clockAheadSeconds * 1000))}</small>`
  }`;
}

function dueOf(view: View, { dueAt, failedSince }: SourcesShown['page'][number]): Html {
  const t = RUNS_TEXTS[view.language];
  const { ago } = view.format;
  const failed = failedSince && html`<br><small>${t.failedSince} ${ago(failedSince)}</small>`;
  if (!dueAt) return html`${!failedSince && html`<small>${t.noneExpected}</small>`}${failed}`;
  return html`${ago(dueAt)}${dueAt < view.now && html` <strong>${t.overdue}</strong>`}${failed}`;
}
