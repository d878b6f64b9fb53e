import { type Html, html } from './html.ts';

/**
 * A wide table, which scrolls by itself on a narrow screen: also by the keyboard, where nothing in it can be focused.
 * @param label what is in it, for screen readers
 */
export function scroller(label: string, table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}
