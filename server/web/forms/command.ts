import { type Html, html } from '../shell/html.ts';
import type { View } from '../shell/view.ts';
import { COMMON_TEXTS } from '../texts/common-texts.ts';

/**
 * A command of a shell, ready to be copied: it can be selected by the keyboard, and `copy.js` adds a button.
 * @param id of the element, once on its page
 */
export function command(view: View, text: string, id: string): Html {
  const t = COMMON_TEXTS[view.language];
  return html`<div class="command" data-copy="${t.copy}" data-copied="${t.copied}"><pre tabindex="0" id="${id}"><code>${text}</code></pre></div>`;
}
