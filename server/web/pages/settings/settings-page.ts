import { type Html, html } from '../../shell/html.ts';
import type { PageRoute } from '../../shell/page.ts';
import { scroller } from '../../shell/scroller.ts';
import type { View } from '../../shell/view.ts';
import { loadService, type ServiceState } from './load-service.ts';
import { loadVersions, type Part } from './load-versions.ts';
import { settingsNavigation } from './navigation.ts';
import { SETTINGS_TEXTS } from './texts.ts';

/** Who you are to the service, how it is, and what it is made of. */
export const SETTINGS_PAGE: PageRoute = {
  path: '/settings',
  action: 'status',
  async show(request, parts) {
    const { view } = request;
    const t = SETTINGS_TEXTS[view.language];
    const state = await loadService(request, parts);
    const { own, libraries } = await loadVersions();
    return {
      title: t.heading,
      body: html`${settingsNavigation(view, '/settings')}<h1>${t.heading}</h1>
${access(view)}
${state.ofAll && storage(view, state.ofAll)}
${configuration(view, state)}
${jobs(view, state)}
<section><h2>${t.about}</h2>
${partTable(view, t.itself, own)}
<details><summary>${t.libraries}</summary>
${partTable(view, t.libraries, libraries)}
</details></section>`,
    };
  },
};

function access(view: View): Html {
  const t = SETTINGS_TEXTS[view.language];
  const { name, role, scope, expiresAt } = view.principal;
  return html`<section><h2>${t.yours}</h2><p>${t.as(name, role)}</p><dl class="facts"><dt>${t.scope}</dt><dd><code>${scope.join(' ')}</code></dd><dt>${t.ends}</dt><dd>${expiresAt ? view.format.at(expiresAt) : t.noEnd}</dd></dl></section>`;
}

/** Further ahead is no forecast. */
const FAR_DAYS = 3 * 365;

function storage(view: View, { storage, scrub }: NonNullable<ServiceState['ofAll']>): Html {
  const t = SETTINGS_TEXTS[view.language];
  const { bytes } = view.format;
  const room =
    storage === 'away'
      ? t.storageAway
      : [
          t.room(bytes(storage.free), bytes(storage.total)),
          ...(storage.fullInDays === undefined || storage.fullInDays >= FAR_DAYS ? [] : [t.fullIn(storage.fullInDays)]),
        ].join('; ');
  const files = `${t.filesDue(scrub.filesDue)}; ${t.damaged(scrub.backupsDamaged)}`;
  return html`<section><h2>${t.storage}</h2><dl class="facts"><dt>${t.storage}</dt><dd>${room}</dd><dt>${t.scrub}</dt><dd>${files}</dd></dl></section>`;
}

function configuration(view: View, { configuration, seesAll }: ServiceState): Html {
  const t = SETTINGS_TEXTS[view.language];
  const { loadedAt, refusedAt, mistakes } = configuration;
  const { ago } = view.format;
  const refused =
    refusedAt &&
    html`<p class="note bad">${t.refused(ago(refusedAt))} ${t.mistakes(mistakes.length)}</p>${seesAll && html`<ul>${mistakes.map(line => html`<li><code>${line}</code></li>`)}</ul>`}`;
  return html`<section><h2>${t.configuration}</h2><p>${t.loaded(ago(loadedAt))}</p>${refused}</section>`;
}

function jobs(view: View, { jobs, seesAll }: ServiceState): Html {
  const t = SETTINGS_TEXTS[view.language];
  const { ago } = view.format;
  const heads = [t.job, t.lastTurn, t.nextTurn, t.error];
  return html`<section><h2>${t.jobs}</h2>${scroller(
    t.jobs,
    html`<table><caption>${t.jobs}</caption><thead><tr>${heads.map(
      head => html`<th scope="col">${head}</th>`,
    )}</tr></thead><tbody>${jobs.map(
      ({ name, isRunning, lastEndedAt, nextAt, lastError }) =>
        html`<tr><th scope="row">${name}</th><td>${isRunning ? t.running : lastEndedAt ? ago(lastEndedAt) : '–'}</td><td>${nextAt ? ago(nextAt) : '–'}</td><td class="${lastError === null ? 'plain' : 'bad'}">${lastError !== null && (seesAll ? lastError : t.hiddenError)}</td></tr>`,
    )}</tbody></table>`,
  )}</section>`;
}

function partTable(view: View, caption: string, parts: readonly Part[]): Html {
  const t = SETTINGS_TEXTS[view.language];
  return html`<table><caption>${caption}</caption><thead><tr><th scope="col">${t.part}</th><th scope="col">${t.version}</th><th scope="col">${t.licence}</th></tr></thead><tbody>${parts.map(
    ({ name, version, licence }) => html`<tr><th scope="row">${name}</th><td>${version}</td><td>${licence}</td></tr>`,
  )}</tbody></table>`;
}
