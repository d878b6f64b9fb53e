import { type Html, html } from './html.ts';
import type { Query, View } from './view.ts';

interface Form {
  /** By `view.link`. */
  readonly action: string;
  readonly fields?: Html | readonly Html[];
  /** The text of its button, which says what happens. */
  readonly submit: string;
  readonly kind?: 'danger' | 'quiet';
}

/** A form that changes something: a POST with the CSRF token. */
export function form(view: View, { action, fields, submit, kind }: Form): Html {
  return html`<form method="post" action="${action}" class="${kind ?? 'plain'}"><input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">${fields}<button>${submit}</button></form>`;
}

/** The field of a form with the token that shows that the page is ours. */
export const CSRF_FIELD = 'csrf';

interface Field {
  readonly name: string;
  readonly label: string;
  /** What was typed, or is there already. */
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  /** What is wrong with it, beside it. */
  readonly mistake?: string | undefined;
  readonly type?: 'text' | 'password' | 'search' | 'date' | 'datetime-local' | 'number' | 'area';
  readonly isRequired?: boolean;
  readonly maxLength?: number;
  readonly list?: readonly string[];
}

/** A field with its label, its hint and its mistake; screen readers read them together. */
export function field(field: Field): Html {
  const { name, label, value = '', hint, mistake, type = 'text', isRequired, maxLength, list } = field;
  const about = [hint && `${name}-hint`, mistake && `${name}-mistake`].filter(Boolean).join(' ');
  const attributes = html`id="${name}" name="${name}"${isRequired && html` required`}${maxLength !== undefined && html` maxlength="${maxLength}"`}${about !== '' && html` aria-describedby="${about}"`}${mistake && html` aria-invalid="true"`}`;
  return html`<p class="field"><label for="${name}">${label}</label>${
    type === 'area'
      ? html`<textarea ${attributes} rows="3">${value}</textarea>`
      : html`<input type="${type}" ${attributes} value="${value}"${type === 'password' && html` autocomplete="current-password"`}${list && html` list="${name}-list"`}>`
  }${list && html`<datalist id="${name}-list">${list.map(one => html`<option value="${one}">`)}</datalist>`}${
    hint && html`<small id="${name}-hint">${hint}</small>`
  }${mistake && html`<strong class="mistake" id="${name}-mistake">${mistake}</strong>`}</p>`;
}

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: ReadonlyArray<readonly [value: string, text: string]>;
  readonly value?: string | undefined;
  readonly mistake?: string | undefined;
}

/** A list to choose one from. */
export function choice({ name, label, options, value, mistake }: Choice): Html {
  return html`<p class="field"><label for="${name}">${label}</label><select id="${name}" name="${name}">${options.map(
    ([one, text]) => html`<option value="${one}"${one === value && html` selected`}>${text}</option>`,
  )}</select>${mistake && html`<strong class="mistake">${mistake}</strong>`}</p>`;
}

interface Chip {
  readonly label: string;
  /** Where it leads: usually the same page with one filter more, or less. */
  readonly href: string;
  readonly isOn: boolean;
  readonly count?: number | undefined;
}

/** Filters as links: all of them are in the URL. @param label what they filter, for screen readers */
export function chips(view: View, label: string, all: readonly Chip[]): Html {
  return html`<ul class="chips" aria-label="${label}">${all.map(
    ({ label, href, isOn, count }) =>
      html`<li><a href="${href}"${isOn && html` aria-current="true"`}>${label}${count !== undefined && html` <b>${view.format.number(count)}</b>`}</a></li>`,
  )}</ul>`;
}

/** @returns hidden fields, so that a GET form keeps the other filters of its page */
export function hidden(query: Query): Html[] {
  return Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter(one => one !== undefined && one !== '')
      .map(one => html`<input type="hidden" name="${name}" value="${one as string | number}">`),
  );
}

/** A form that finds something: a GET, whose fields are in the URL then. */
export function filterForm({ action, fields, submit }: Omit<Form, 'kind'>): Html {
  return html`<form method="get" action="${action}" class="filter">${fields}<button>${submit}</button></form>`;
}
