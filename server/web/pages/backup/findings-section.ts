import { cut } from '../../../../protocol/texts/cut.ts';
import { command } from '../../forms/command.ts';
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
              html`<li class="finding ${severity}"><code>${code}</code> <b>${t.severity[severity]}</b><p lang="en">${cut(message, MOST)}</p>${advice && adviceOf(view, cut(advice, MOST), at)}</li>`,
          )}</ol>${more > 0 && html`<p>${t.moreFindings(more)}</p>`}`
  }</section>`;
}

/** A statement alone can be copied as it is. Each uploader can write it: it must do no more than it shows. */
function adviceOf(view: View, advice: string, at: number): Html {
  if (STATEMENT.test(advice)) return command(view, advice, `advice-${at}`);
  return html`<p lang="en" class="remedy">${advice}</p>`;
}

/**
 * One statement in one line, of the kinds that `sade` names. A client of a database server would run more than that: another statement
 * behind it, and what stands behind a backslash outside of quotes, in a shell.
 */
const STATEMENT =
  /^(?:GRANT|SET GLOBAL) (?!.*\b(?:ALL|IDENTIFIED|WITH)\b)(?:[^\p{C}\\`'"…;]|`[^\p{C}`]*`|'[^\p{C}'\\]*')*;(?: -- [^\p{C}\\]*)?$/iu;

/** A text of a manifest may have 16,384 characters. */
const MOST = 2_000;
