import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRoute } from '../../shell/page.ts';
import { databaseLink, pager, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { type Failure, loadRun, type OutcomeShown, type RunShown } from './load-run.ts';
import { endOf } from './run-end.ts';
import { RUNS_TEXTS } from './texts.ts';

/** How one run ended, for each of its databases: what failed first, by its cause. */
export const RUN_PAGE: PageRoute = {
  path: '/runs/:id',
  action: 'list',
  async show({ view, em, scope, params, query }): Promise<Page> {
    return pageOf(view, await loadRun({ em, scope }, params.id!, query));
  },
};

function pageOf(view: View, shown: RunShown): Page {
  const t = RUNS_TEXTS[view.language];
  const { run, counts, failures, incomplete, notDone, complete } = shown;
  const hasNone = counts.complete + counts.incomplete + counts.failed + counts.not_done === 0;
  return {
    title: t.seeRun(run.source, view.format.atText(run.startedAt)),
    body: html`<h1>${t.run(run.source)}</h1>
${facts(view, shown)}
${
  failures.length > 0 &&
  section(
    'failures',
    t.failures(counts.failed),
    html`${failures.map(failure => failureOf(view, failure))}${rest(
      view,
      counts.failed,
      failures.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
    )}`,
  )
}
${incomplete.length > 0 && section('incomplete', t.incomplete(counts.incomplete), html`${outcomeTable(view, t.incompleteCaption, incomplete)}${rest(view, counts.incomplete, incomplete.length)}`)}
${notDone.length > 0 && section('not-done', t.notDone(counts.not_done), html`<p>${t.notDoneWhy}</p><p>${names(view, notDone)}</p>${rest(view, counts.not_done, notDone.length)}`)}
${complete.length > 0 && section('complete', t.complete(counts.complete), html`${outcomeTable(view, t.completeCaption, complete)}${pages(view, shown)}`)}
${hasNone && html`<p>${t.noDatabase}</p>`}
<p><a href="${view.link('/runs', { source: run.source })}">${t.otherRuns(run.source)}</a></p>`,
  };
}

function section(id: string, heading: string, body: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${body}</section>`;
}

function facts(view: View, { run, counts }: RunShown): Html {
  const t = RUNS_TEXTS[view.language];
  const { format } = view;
  const { outcome, interruptedBy, problem, exitCode, startedAt, endedAt, receivedAt, host, shard } = run;
  const { sadeVersion, runtime, mysqldump, isPartial, leftOut, isCut, clockAheadSeconds } = run;
  const rows: ReadonlyArray<readonly [string, Html | string | undefined | null]> = [
    [t.outcome, endOf(view, outcome)],
    [t.databases, t.counts(counts.complete, counts.incomplete, counts.failed, counts.not_done)],
    [t.problem, problem == null ? undefined : html`<span lang="en">${problem}</span>`],
    [t.exitCode, exitCode === null ? undefined : String(exitCode)],
    [t.started, html`${format.at(startedAt)} (${format.ago(startedAt)})`],
    [t.ended, html`${format.at(endedAt)} (${format.duration(endedAt.getTime() - startedAt.getTime())})`],
    [t.received, format.at(receivedAt)],
    [t.host, shard === '' ? host : `${host} / ${shard}`],
    ['sade', sadeVersion],
    [t.runtime, runtime],
    [t.mysqldump, mysqldump],
  ];
  const remarks = [
    interruptedBy != null && t.interruptedBy(interruptedBy),
    outcome === 'broken' && t.broken,
    isPartial === 1 && t.partial,
    leftOut > 0 && t.leftOut(leftOut),
    isCut === 1 && t.cut,
    clockAheadSeconds > 0 && t.clockAhead(format.duration(clockAheadSeconds * 1000)),
  ].filter(remark => remark !== false);
  return html`${remarks.map(remark => html`<p class="note warn">${remark}</p>`)}
<dl class="facts" aria-label="${t.facts}">${rows.map(([name, value]) => value != null && html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function failureOf(view: View, { cause, advice, outcomes }: Failure): Html {
  const t = RUNS_TEXTS[view.language];
  const stages = [...new Set(outcomes.map(({ stage }) => stage))].flatMap(stage => (stage ? t.stages[stage] : []));
  const differs = outcomes.filter(({ message }) => message != null && message !== cause);
  return html`<article class="cause"><h3${cause !== null && html` lang="en"`}>${cause ?? t.ownReasons}: ${COMMON_TEXTS[view.language].databases(outcomes.length)}</h3>
${stages.length > 0 && html`<p>${t.atStage(stages.join(', '))}</p>`}
${advice !== null && html`<p>${t.whatToDo}: <span lang="en">${advice}</span></p>`}
<p>${names(view, outcomes)}</p>
${differs.length > 0 && html`<details><summary>${t.messages}</summary><dl lang="en">${differs.map(({ databaseName, message }) => html`<dt>${databaseName}</dt><dd>${message}</dd>`)}</dl></details>`}</article>`;
}

function names(view: View, outcomes: readonly OutcomeShown[]): Html {
  return html`${outcomes.map(({ databaseName }, at) => html`${at > 0 && ', '}${databaseLink(view, databaseName)}`)}`;
}

function outcomeTable(view: View, caption: string, outcomes: readonly OutcomeShown[]): Html {
  const t = RUNS_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${common.database}</th><th scope="col">${t.stages.dump}</th><th scope="col">${t.stages.zip}</th><th scope="col">${t.stages.upload}</th><th scope="col">${t.total}</th><th scope="col">${t.zipSize}</th><th scope="col">${common.rows}</th><th scope="col">${t.findings}</th></tr></thead>
<tbody>${outcomes.map(outcome => outcomeRow(view, outcome))}</tbody></table></div>`;
}

function outcomeRow(view: View, { databaseName, facts, backup, isShrunk, isLeftover }: OutcomeShown): Html {
  const t = RUNS_TEXTS[view.language];
  const { format } = view;
  const { stage_seconds: stages, seconds, zip_bytes: bytes, rows, findings, finding_count: count } = facts;
  const more = count - findings.length;
  return html`<tr><th scope="row">${databaseLink(view, databaseName)}${isLeftover === 1 && html` <small>${t.leftover}</small>`}</th>
${[stages.dump, stages.zip, stages.upload, seconds].map(s => took(view, s === null ? undefined : s * 1000))}
<td class="number">${bytes !== null && (backup === undefined ? format.bytes(bytes) : html`<a href="${view.link(`/backups/${backup}`)}">${format.bytes(bytes)}<span class="hidden"> ${t.seeBackup(backup)}</span></a>`)}</td>
<td class="number">${rows !== null && format.number(rows)}</td>
<td>${isShrunk === 1 && html`<strong>${t.shrunk}</strong> `}${findings.map(code => html`<code>${code}</code> `)}${more > 0 && t.moreFindings(more)}</td></tr>`;
}

function pages(view: View, { run, next, isLaterPage }: RunShown): Html | undefined {
  const to = (after: string | undefined) => view.link(`/runs/${run.id}`, { after });
  const words = COMMON_TEXTS[view.language];
  return pager({ first: isLaterPage ? to(undefined) : undefined, next: next && to(next), words });
}

/** What is beyond the limit of a list is counted. */
function rest(view: View, all: number, shown: number): Html | undefined {
  return all > shown ? html`<p>${RUNS_TEXTS[view.language].more(all - shown)}</p>` : undefined;
}
