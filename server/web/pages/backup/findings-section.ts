import { cut } from '../../../../protocol/texts/cut.ts';
import { MOST_OF_FINDING, remedy } from '../../forms/remedy.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** A manifest may bring ten thousand. */
const SHOWN = 100;

/** What was found about the backup, what weighs most first, each with the statement or the step that fixes it. */
export function findingsSection(view: View, { findings }: BackupFacts): Html {
  const t = BACKUP_TEXTS[view.language];
  const more = findings.length - SHOWN;
  return html`<section aria-labelledby="findings"><h2 id="findings">${t.findings}</h2>${
    findings.length === 0
      ? html`<p>${t.noFindings}</p>`
      : html`<ol class="findings">${findings
          .slice(0, SHOWN)
          .map(
            ({ code, severity, message, advice }, at) =>
              html`<li class="finding ${severity}"><code>${code}</code> <b>${t.severity[severity]}</b><p lang="en">${cut(message, MOST_OF_FINDING)}</p>${advice && remedy(view, advice, `advice-${at}`)}</li>`,
          )}</ol>${more > 0 && html`<p>${t.moreFindings(more)}</p>`}`
  }</section>`;
}
