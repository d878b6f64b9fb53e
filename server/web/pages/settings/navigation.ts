import { can } from '../../../auth/policy.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { SETTINGS_TEXTS } from './texts.ts';

const PARTS = [
  ['service', '/settings', 'status'],
  ['policies', '/settings/policies', 'list'],
  ['sessions', '/settings/sessions', 'list'],
  ['tokens', '/settings/tokens', 'tokens'],
] as const;

/** Leads from one page of the settings to the others, as far as the reader may see them. */
export function settingsNavigation(view: View, here: string): Html {
  const t = SETTINGS_TEXTS[view.language];
  return html`<nav aria-label="${t.heading}"><ul class="chips">${PARTS.filter(([, , action]) =>
    can(view.principal, action),
  ).map(
    ([name, path]) =>
      html`<li><a href="${view.link(path)}"${path === here && html` aria-current="page"`}>${t.pages[name]}</a></li>`,
  )}</ul></nav>`;
}
