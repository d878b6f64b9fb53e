import { MARK_WORDS } from '../texts/mark-words.ts';
import { type Html, html } from './html.ts';
import type { View } from './view.ts';

/** The best result of a day, or the state of a backup. */
export type Mark = 'complete' | 'incomplete' | 'damaged' | 'missing' | 'none-due' | 'paused' | 'unverified';

/** What stands beside a mark. */
export type Badge = 'pinned' | 'drilled';

/**
 * One mark for each state, told apart by shape and by colour, with its word for screen readers and in its title.
 * @param more goes behind the word, such as a day
 */
export function mark(view: View, mark: Mark | Badge, more?: string): Html {
  const word = MARK_WORDS[view.language][mark];
  const label = more === undefined ? word : `${word}, ${more}`;
  return html`<svg class="mark ${mark}" role="img" aria-label="${label}"><title>${label}</title><use href="#m-${mark}"/></svg>`;
}

/** @returns the mark with its word beside it */
export function markWithWord(view: View, mark: Mark | Badge): Html {
  const word = MARK_WORDS[view.language][mark];
  return html`<span class="state ${mark}"><svg class="mark ${mark}" aria-hidden="true"><use href="#m-${mark}"/></svg> ${word}</span>`;
}

/** The shapes, once in each page: a matrix has thousands of marks. */
export const MARK_SHAPES: Html = html`<svg class="shapes" aria-hidden="true">
<symbol id="m-complete" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="on" d="M4.5 8.3 7 10.8l4.6-5.2"/></symbol>
<symbol id="m-incomplete" viewBox="0 0 16 16"><path d="M8 1 15.5 14.5H.5Z"/><path class="on" d="M8 6v4M8 12v.6"/></symbol>
<symbol id="m-damaged" viewBox="0 0 16 16"><path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5Z"/><path class="on" d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4"/></symbol>
<symbol id="m-missing" viewBox="0 0 16 16"><rect class="line" x="1.5" y="1.5" width="13" height="13"/><path class="line" d="M4.5 8h7"/></symbol>
<symbol id="m-none-due" viewBox="0 0 16 16"><circle cx="8" cy="8" r="1.6"/></symbol>
<symbol id="m-paused" viewBox="0 0 16 16"><path d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z"/></symbol>
<symbol id="m-unverified" viewBox="0 0 16 16"><circle class="line dashed" cx="8" cy="8" r="6"/><path class="line" d="M6.2 6.4c.1-2.4 3.7-2.3 3.6 0 0 1.2-1.8 1.3-1.8 2.8M8 11.4v.4"/></symbol>
<symbol id="m-pinned" viewBox="0 0 16 16"><path d="M5 1h6l-.8 5L13 9H8.7v6h-1.4V9H3l2.8-3Z"/></symbol>
<symbol id="m-drilled" viewBox="0 0 16 16"><path d="M8 .8 14 3v5c0 3.6-2.6 6-6 7.2C4.600 14 2 11.600 2 8V3Z"/><path class="on" d="M5 8l2.200 2.300 4-4.500"/></symbol>
</svg>`;
