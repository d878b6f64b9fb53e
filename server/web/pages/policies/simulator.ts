import { RULES } from '../../../retention/rules/policy.ts';
import { field, filterForm } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { whyInWords } from '../../texts/kept-words.ts';
import { calendar } from './calendar.ts';
import { MOST_KEPT, type Simulation, type Wanted } from './load-simulation.ts';
import { POLICY_TEXTS } from './texts.ts';

interface Simulated {
  readonly wanted: Wanted;
  /** Whether there is no such database, as far as the reader may see. */
  readonly isMissing: boolean;
  readonly simulation: Simulation | undefined;
}

/** A form with the numbers of a policy, and what it would keep of a database: a GET, since it changes nothing. */
export function simulator(view: View, { wanted, isMissing, simulation }: Simulated): Html {
  const t = POLICY_TEXTS[view.language];
  return html`<section id="simulator"><h2>${t.simulate}</h2><p>${t.simulateHint}</p>
${filterForm({ action: view.link('/settings/policies'), fields: fields(view, wanted, isMissing), submit: t.try })}
${simulation && result(view, simulation)}</section>`;
}

function fields(view: View, { database, policy, mistakes }: Wanted, isMissing: boolean): Html {
  const t = POLICY_TEXTS[view.language];
  const most = view.format.number(MOST_KEPT);
  const counts = RULES.map(rule =>
    field({
      ...{ name: rule, label: t.rules[rule], value: String(policy[rule]), type: 'number' },
      mistake: mistakes.has(rule) ? t.wrongCount(t.rules[rule], most) : undefined,
    }),
  );
  const noSuch = isMissing ? t.noSuch : undefined;
  const wrongZone = mistakes.has('timezone') ? t.wrongZone : undefined;
  return html`${field({ name: 'database', label: t.database, value: database, isRequired: true, maxLength: 64, mistake: noSuch })}${counts}${field({ name: 'timezone', label: t.zone, value: policy.timezone, maxLength: 64, mistake: wrongZone })}`;
}

const MOST_LISTED = 100;

function result(view: View, { all, goes, goesBytes, days }: Simulation): Html {
  const t = POLICY_TEXTS[view.language];
  const common = COMMON_TEXTS[view.language];
  const more = goes.length - MOST_LISTED;
  const list = html`<details><summary>${t.list(goes.length)}</summary><div class="scroll"><table><caption>${t.list(goes.length)}</caption><thead><tr><th scope="col">${common.backup}</th><th scope="col">${common.taken}</th><th scope="col" class="number">${common.size}</th><th scope="col">${t.why}</th></tr></thead><tbody>${goes
    .slice(0, MOST_LISTED)
    .map(
      ({ backup, reason, why }) =>
        html`<tr><th scope="row"><a href="${view.link(`/backups/${backup.id}`)}">${backup.fileName}</a></th><td>${view.format.at(backup.takenAt)}</td><td class="number">${view.format.bytes(backup.size)}</td><td>${whyInWords(view.language, { reason, why })}</td></tr>`,
    )}</tbody></table></div>${more > 0 && html`<p>${t.listMore(more)}</p>`}</details>`;
  return html`<p class="note" role="status">${t.sum(all, goes.length, view.format.bytes(goesBytes))}</p>
${calendar(view, days)}
${goes.length > 0 && list}`;
}
