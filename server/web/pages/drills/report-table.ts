import type { Standing } from '../../../drills/list-proofs.ts';
import type { ListedReport } from '../../../reports/search-reports.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Mark } from '../../shell/marks.ts';
import { databaseLink, status, took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { DRILLS_TEXTS } from './texts.ts';

/** Drills or restores, newest first. */
export function reportTable(view: View, caption: string, reports: readonly ListedReport[]): Html {
  const t = DRILLS_TEXTS[view.language];
  const isOfRestores = reports[0]?.kind === 'restore';
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${t.at}</th><th scope="col">${COMMON_TEXTS[view.language].database}</th><th scope="col">${t.outcome}</th><th scope="col">${t.took}</th>${isOfRestores && html`<th scope="col">${t.target}</th>`}<th scope="col">${t.why}</th></tr></thead>
<tbody>${reports.map(report => row(view, report, isOfRestores))}</tbody></table></div>`;
}

function row(view: View, report: ListedReport, isOfRestores: boolean): Html {
  const t = DRILLS_TEXTS[view.language];
  const { endedAt, databaseName, outcome, rtoSeconds, reason, differenceCount, backupId } = report;
  const target = [report.targetHost, report.targetDatabase].filter(part => part != null).join(' / ');
  return html`<tr><th scope="row">${view.format.at(endedAt)}</th><td>${databaseLink(view, databaseName)}${backupId != null && html` <a href="${view.link(`/backups/${backupId}`)}">${t.backup(backupId)}</a>`}</td>
<td>${outcomeOf(view, outcome)}</td>${took(view, rtoSeconds == null ? undefined : rtoSeconds * 1000)}
${isOfRestores && html`<td>${target}</td>`}<td>${reason != null && html`<span lang="en">${reason}</span>`}${differenceCount > 0 && html` (${t.differences(differenceCount)})`}</td></tr>`;
}

const OUTCOME_SHAPES: Readonly<Record<string, Mark>> = {
  ...{ restorable: 'complete', not_restorable: 'damaged', could_not_test: 'unverified' },
  ...{ agreed: 'complete', differs: 'incomplete', failed: 'damaged' },
};

/** What a drill showed, or how a restore ended, with its shape. A later version may have stored one that this one does not know. */
export function outcomeOf(view: View, outcome: ListedReport['outcome']): Html {
  return status(OUTCOME_SHAPES[outcome] ?? 'unverified', DRILLS_TEXTS[view.language].outcomes[outcome] ?? outcome);
}

const STANDING_SHAPES: Readonly<Record<Standing, Mark>> = {
  ...{ failed: 'damaged', could_not_test: 'unverified', never: 'missing', old: 'incomplete', proven: 'complete' },
};

/** What the drills of a database have shown, with its shape. */
export function standingOf(view: View, standing: Standing): Html {
  return status(STANDING_SHAPES[standing], DRILLS_TEXTS[view.language].standings[standing]);
}
