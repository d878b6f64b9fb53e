import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';
import { type Step, stepsOf } from './timeline.ts';

/** What happened to the backup, from its dump on, with how long each step took where that is known. */
export function timelineSection(view: View, facts: BackupFacts): Html {
  const t = BACKUP_TEXTS[view.language];
  const { backup, outcome } = facts;
  return html`<section aria-labelledby="timeline"><h2 id="timeline">${t.timeline}</h2><ol class="timeline">${stepsOf(facts).map(step => stepOf(view, step))}</ol>${
    !backup.dumpSha256 && html`<p>${t.notChecked}</p>`
  }${outcome && html`<p><a href="${view.link(`/runs/${outcome.run}`)}">${t.showRun}</a></p>`}</section>`;
}

function stepOf(view: View, { stage, at, ms, outcome, by, why }: Step): Html {
  const t = BACKUP_TEXTS[view.language];
  const words: Readonly<Record<string, string>> = t.outcomes;
  const ended = outcome === undefined ? undefined : Object.hasOwn(words, outcome) ? words[outcome] : outcome;
  return html`<li class="step ${stage}"><b>${t.stages[stage]}</b>${at && html` ${view.format.at(at)}`}${ms !== undefined && html`, <span class="took">${view.format.duration(ms)}</span>`}${ended !== undefined && html`: ${ended}`}${by !== undefined && html`, ${t.byWhom(by, why ?? '')}`}</li>`;
}
