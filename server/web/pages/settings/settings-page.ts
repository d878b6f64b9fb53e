import { type Html, html } from '../../shell/html.ts';
import type { PageRoute } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { loadVersions, type Part } from './load-versions.ts';
import { SETTINGS_TEXTS } from './texts.ts';

/** What the service is, and what it is made of. */
export const SETTINGS_PAGE: PageRoute = {
  path: '/settings',
  action: 'status',
  async show({ view }) {
    const t = SETTINGS_TEXTS[view.language];
    const { own, libraries } = await loadVersions();
    return {
      title: t.heading,
      body: html`<h1>${t.heading}</h1>
<section><h2>${t.about}</h2>
${partTable(view, t.itself, own)}
<details><summary>${t.libraries}</summary>
${partTable(view, t.libraries, libraries)}
</details></section>`,
    };
  },
};

function partTable(view: View, caption: string, parts: readonly Part[]): Html {
  const t = SETTINGS_TEXTS[view.language];
  return html`<table><caption>${caption}</caption><thead><tr><th scope="col">${t.part}</th><th scope="col">${t.version}</th><th scope="col">${t.licence}</th></tr></thead><tbody>${parts.map(
    ({ name, version, licence }) => html`<tr><th scope="row">${name}</th><td>${version}</td><td>${licence}</td></tr>`,
  )}</tbody></table>`;
}
