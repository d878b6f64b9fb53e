import { type Every, formatEvery } from '../../../../protocol/contract.ts';
import { can } from '../../../auth/policy.ts';
import type { Configuration, GroupSettings } from '../../../configuration/configuration.ts';
import { type RetentionPolicy, RULES } from '../../../retention/rules/policy.ts';
import { policiesInScope } from '../../../retention/terms-of.ts';
import { type Html, html } from '../../shell/html.ts';
import type { PageRoute } from '../../shell/page.ts';
import { scroller } from '../../shell/scroller.ts';
import type { View } from '../../shell/view.ts';
import { settingsNavigation } from '../settings/navigation.ts';
import { loadSimulation, wantedIn } from './load-simulation.ts';
import { simulator } from './simulator.ts';
import { POLICY_TEXTS } from './texts.ts';

/** How often backups are due and how long they are kept; and what another policy would keep of the backups that are here. */
export const POLICIES_PAGE: PageRoute = {
  path: '/settings/policies',
  action: 'list',
  async show(request, parts) {
    const { view } = request;
    const t = POLICY_TEXTS[view.language];
    const configuration = parts.configuration.current();
    const policies = await policiesInScope(request, configuration);
    const wanted = await wantedIn(request, parts);
    const isAsked = wanted.database !== '' && wanted.mistakes.size === 0;
    const simulation = isAsked ? await loadSimulation(request, wanted) : undefined;
    const isMissing = isAsked && !simulation;
    return {
      title: t.heading,
      status: isMissing ? 404 : wanted.mistakes.size > 0 ? 400 : 200,
      body: html`${settingsNavigation(view, '/settings/policies')}<h1>${t.heading}</h1>
<p>${t.source}</p>
${contractSection(view, configuration)}
${retentionSection(view, configuration, policies)}
${simulator(view, { wanted, isMissing, simulation })}`,
    };
  },
};

/** The names of groups and their patterns show other clients: they are for those who see all databases. */
function contractSection(view: View, { defaults, groups }: Configuration): Html {
  const t = POLICY_TEXTS[view.language];
  const all = Object.entries(groups);
  const isShown = can(view.principal, 'progress') && all.length > 0;
  return html`<section><h2>${t.contract}</h2><p>${t.byDefault(everyInWords(view, defaults.every), view.format.duration(defaults.graceMs))}</p>${isShown && groupTable(view, all)}</section>`;
}

function groupTable(view: View, groups: ReadonlyArray<readonly [string, GroupSettings]>): Html {
  const t = POLICY_TEXTS[view.language];
  const heads = [t.group, t.databases, t.due, t.policy];
  return scroller(
    t.groups,
    html`<table><caption>${t.groups}</caption><thead><tr>${heads.map(
      head => html`<th scope="col">${head}</th>`,
    )}</tr></thead><tbody>${groups.map(
      ([name, { databases, every, retention }]) =>
        html`<tr><th scope="row">${name}</th><td><code>${databases.join(' ')}</code></td><td>${every ? everyInWords(view, every) : t.usual}</td><td>${retention ?? t.usual}</td></tr>`,
    )}</tbody></table>`,
  );
}

function everyInWords({ language, format }: View, every: Every): string {
  const t = POLICY_TEXTS[language];
  return every.kind === 'interval' ? t.interval(format.duration(every.ms)) : t.cron(formatEvery(every));
}

function retentionSection(
  view: View,
  { retention }: Configuration,
  policies: ReadonlyMap<string, RetentionPolicy>,
): Html {
  const t = POLICY_TEXTS[view.language];
  const heads = RULES.map(rule => html`<th scope="col" class="number">${t.rules[rule]}</th>`);
  const row = ([name, policy]: readonly [string, RetentionPolicy]) =>
    html`<tr><th scope="row">${name}${name === retention.default && html` <small>(${t.isDefault})</small>`}</th>${RULES.map(
      rule => html`<td class="number">${policy[rule] === 0 ? '–' : view.format.number(policy[rule])}</td>`,
    )}<td>${policy.timezone}</td></tr>`;
  return html`<section><h2>${t.retention}</h2><p>${retention.enabled ? t.on(view.format.duration(retention.graceMs)) : t.off}</p>
${scroller(t.policies, html`<table class="fixed"><caption>${t.policies}</caption><thead><tr><th scope="col">${t.policy}</th>${heads}<th scope="col">${t.zone}</th></tr></thead><tbody>${[...policies].map(row)}</tbody></table>`)}
<p class="quiet">${t.always}</p></section>`;
}
