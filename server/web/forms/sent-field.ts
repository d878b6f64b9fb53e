import { field } from '../shell/forms.ts';
import { type Html, html } from '../shell/html.ts';
import type { View } from '../shell/view.ts';
import type { SentForm } from './attempt.ts';
import { mistakeInWords } from './mistakes.ts';
import { FORM_TEXTS } from './texts.ts';

type ShellField = Parameters<typeof field>[0];

interface Wanted extends Omit<ShellField, 'mistake'> {
  /** Which form of the page it is in: `pause`. A page has several, and each field an id. */
  readonly form: string;
  /** As the form sends it behind the name of the form: `pause_reason`. */
  readonly name: string;
}

/** A field of a form that may have come back: with what was typed into it then, and what is wrong with it. */
export function sentField(view: View, sent: SentForm | undefined, { form, name, ...rest }: Wanted): Html {
  const full = fieldName(form, name);
  if (sent?.name !== form) return field({ ...rest, name: full });
  const message = sent.mistakes.get(name);
  const mistake = message === undefined ? undefined : mistakeInWords(view.language, message);
  return field({ ...rest, name: full, value: sent.values.get(full) ?? rest.value, mistake });
}

/** A box to tick in the same way. */
export function sentBox(view: View, sent: SentForm | undefined, { form, name, label }: BoxWanted): Html {
  const full = fieldName(form, name);
  const message = sent?.name === form ? sent.mistakes.get(name) : undefined;
  const isOn = sent?.name === form && sent.values.get(full) === 'on';
  return html`<p class="field box"><input type="checkbox" id="${full}" name="${full}"${isOn && html` checked`}${message !== undefined && html` aria-invalid="true" aria-describedby="${full}-mistake"`}> <label for="${full}">${label}</label>${message !== undefined && html` <strong class="mistake" id="${full}-mistake">${mistakeInWords(view.language, message)}</strong>`}</p>`;
}

interface BoxWanted {
  readonly form: string;
  readonly name: string;
  readonly label: string;
}

/** @returns what a field is called in what a form sends, and on its page */
export function fieldName(form: string, name: string): string {
  return `${form}_${name}`;
}

/**
 * Stands at the top of a page whose form came back: its forms are at the end.
 * @returns why nothing was changed, with a link to the form that has the mistakes
 */
export function noticeOf(view: View, sent: SentForm | undefined): Html | undefined {
  if (!sent) return undefined;
  const t = FORM_TEXTS[view.language];
  if (sent.problem === undefined)
    return html`<p class="note bad" role="alert">${t.unchanged} <a href="#${sent.name}">${t.toMistakes}</a></p>`;
  return html`<p class="note bad" role="alert">${t.unchanged} <span lang="en">${sent.problem}.</span></p>`;
}
