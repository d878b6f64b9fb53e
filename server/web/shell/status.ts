import { type Html, html } from './html.ts';
import type { Mark } from './marks.ts';
import type { View } from './view.ts';

/** How something is that is no backup, such as a run: one of the shapes of the marks, with a word of its own beside it. */
export function status(shape: Mark, word: string): Html {
  return html`<span class="state ${shape}"><svg class="mark ${shape}" aria-hidden="true"><use href="#m-${shape}"/></svg> ${word}</span>`;
}

interface Pager {
  /** Where the list begins; undefined on its first page. */
  readonly first: string | undefined;
  /** Undefined on its last page. */
  readonly next: string | undefined;
  /** What the links are called. */
  readonly words: { readonly firstPage: string; readonly nextPage: string };
}

/** The links to the other pages of a list. */
export function pager({ first, next, words }: Pager): Html | undefined {
  if (first === undefined && next === undefined) return undefined;
  return html`<p class="pager">${first !== undefined && html`<a href="${first}">${words.firstPage}</a>`} ${next !== undefined && html`<a rel="next" href="${next}">${words.nextPage}</a>`}</p>`;
}

/** A link to the page of a database. */
export function databaseLink(view: View, name: string): Html {
  return html`<a href="${view.link(`/databases/${encodeURIComponent(name)}`)}">${name}</a>`;
}

/** A cell with how long something took, by which a column can be sorted. @param ms milliseconds; undefined for an empty cell */
export function took(view: View, ms: number | undefined): Html {
  if (ms === undefined) return html`<td class="number"></td>`;
  return html`<td class="number" data-value="${Math.round(ms)}">${view.format.duration(ms)}</td>`;
}
