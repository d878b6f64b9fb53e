import { shellFlag } from '../../../../protocol/texts/shell-word.ts';
import { STANDINGS } from '../../../drills/list-proofs.ts';
import { command } from '../../forms/command.ts';
import { chips } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRoute } from '../../shell/page.ts';
import { databaseLink, pager, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { type DrillsShown, loadDrills, type ProofShown, WINDOW_DAYS } from './load-drills.ts';
import { outcomeOf, reportTable, standingOf } from './report-table.ts';
import { restoreTimesSection } from './restore-times-section.ts';
import { DRILLS_TEXTS } from './texts.ts';

/** Which backups are proven, which are not, how long a restore takes, and what was not tested. */
export const DRILLS_PAGE: PageRoute = {
  path: '/drills',
  action: 'list',
  async show({ view, em, scope, query, serviceUrl }): Promise<Page> {
    return pageOf(view, await loadDrills({ em, scope }, query, view.now), serviceUrl);
  },
};

function pageOf(view: View, shown: DrillsShown, serviceUrl: string): Page {
  const t = DRILLS_TEXTS[view.language];
  const { databases, counts, failed, moreFailed, drills, restores } = shown;
  if (databases === 0 && drills.length + restores.length === 0)
    return {
      title: t.heading,
      body: html`<h1>${t.heading}</h1><p>${t.empty}</p>
${command(view, `sade backup --server ${serviceUrl}`, 'command-backup')}`,
    };
  const { number, percent } = view.format;
  const share = percent(databases === 0 ? 0 : counts.proven / databases);
  return {
    title: t.heading,
    attention: counts.failed,
    body: html`<h1>${t.heading}</h1>
<p class="verdict">${t.verdict(number(counts.proven), number(databases), share, WINDOW_DAYS)}</p>
${failed.length > 0 && html`<section aria-labelledby="failed"><h2 id="failed">${t.failed(counts.failed)}</h2>${failed.map(proof => failedCard(view, proof, serviceUrl))}${moreFailed > 0 && html`<p><a href="${view.link('/drills', { standing: 'failed' })}">${t.moreFailed(moreFailed)}</a></p>`}</section>`}
<p>${t.what} ${t.command}</p>
${command(view, `sade drill --sample 10 --server ${serviceUrl}`, 'command-drill')}
${databaseTable(view, shown)}
${restoreTimesSection(view, shown.times)}
${notTestedSection(view, shown)}
<section aria-labelledby="recent"><h2 id="recent">${t.recent}</h2>${drills.length === 0 ? html`<p>${t.noDrills}</p>` : reportTable(view, t.recentCaption, drills)}</section>
<section aria-labelledby="real"><h2 id="real">${t.real}</h2>${restores.length === 0 ? html`<p>${t.noRestores}</p>` : reportTable(view, t.realCaption, restores)}</section>`,
  };
}

function failedCard(view: View, { name, proof, proofReport }: ProofShown, serviceUrl: string): Html {
  const t = DRILLS_TEXTS[view.language];
  const backup = proofReport?.backupId;
  const only = shellFlag('--only', name);
  const again = `sade backup ${only} --server ${serviceUrl} && sade drill ${only} --server ${serviceUrl}`;
  return html`<article class="cause critical"><h3>${databaseLink(view, name)}: <span lang="en">${proofReport?.reason ?? t.outcomes.not_restorable}</span></h3>
<p>${t.failedAt} ${proof && view.format.ago(proof.at)}${backup != null && html` · <a href="${view.link(`/backups/${backup}`)}">${t.backup(backup)}</a>`}${proofReport && proofReport.differenceCount > 0 && ` · ${t.differences(proofReport.differenceCount)}`}</p>
<p>${t.whatToDo}: ${t.nextStep}</p>
${command(view, again, `command-${proof?.id}`)}</article>`;
}

function databaseTable(view: View, { standing, counts, page, pageNumber, pages, databases }: DrillsShown): Html {
  const t = DRILLS_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  const to = (query: Record<string, string | number | undefined>) => `${view.link('/drills', query)}#databases`;
  const all = { label: common.all, href: to({}), isOn: standing === undefined, count: databases };
  const filters = STANDINGS.map(one => ({
    label: t.standings[one],
    href: to({ standing: one }),
    isOn: one === standing,
    count: counts[one],
  }));
  return html`<section aria-labelledby="databases"><h2 id="databases">${t.databases}</h2>
${chips(view, t.standing, [all, ...filters])}
${
  page.length === 0
    ? html`<p>${t.noMatch}</p>`
    : html`<div class="scroll"><table><caption>${t.caption}</caption>
<thead><tr><th scope="col">${common.database}</th><th scope="col">${t.shown}</th><th scope="col">${t.proven}</th><th scope="col">${t.lastDrill}</th><th scope="col">${t.took}</th><th scope="col">${t.why}</th></tr></thead>
<tbody>${page.map(proof => proofRow(view, proof))}</tbody></table></div>`
}
${pager({
  first: pageNumber > 1 ? to({ standing }) : undefined,
  next: pageNumber < pages ? to({ standing, page: pageNumber + 1 }) : undefined,
  words: { firstPage: common.firstPage, nextPage: t.moreDatabases },
})}</section>`;
}

function proofRow(view: View, { name, proof, last, standing, proofReport, lastReport }: ProofShown): Html {
  const t = DRILLS_TEXTS[view.language];
  const seconds = proofReport?.rtoSeconds;
  const why =
    standing === 'failed' ? proofReport?.reason : last?.outcome === 'could_not_test' ? lastReport?.reason : null;
  return html`<tr><th scope="row">${databaseLink(view, name)}</th><td>${standingOf(view, standing)}</td>
<td>${proof?.isRestorable ? view.format.ago(proof.at) : t.never}</td>
<td>${last && html`${view.format.ago(last.at)} ${outcomeOf(view, last.outcome)}`}</td>
${took(view, seconds == null ? undefined : seconds * 1000)}<td>${why != null && html`<span lang="en">${why}</span>`}</td></tr>`;
}

function notTestedSection(view: View, { notTested, drills }: DrillsShown): Html | undefined {
  const t = DRILLS_TEXTS[view.language];
  if (drills.length === 0) return undefined;
  return html`<section aria-labelledby="not-tested"><h2 id="not-tested">${t.notTested}</h2>
${
  notTested.length === 0
    ? html`<p>${t.notTestedNone}</p>`
    : html`<p>${t.notTestedIntro}</p><ul>${notTested.map(
        ({ what, databases }) =>
          html`<li><span lang="en">${what}</span> (${databases.map((name, at) => html`${at > 0 && ', '}${databaseLink(view, name)}`)})</li>`,
      )}</ul>`
}</section>`;
}
