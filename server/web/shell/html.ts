import { type Place, placesOf } from './html-places.ts';

/** HTML that may go into a page as it is. Only the tag `html` makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type HtmlValue = Html | string | number | undefined | null | false | readonly HtmlValue[];

/**
 * The only way to make HTML. What is inserted is escaped, but for what this tag has made itself, and lists of that; `undefined`, `null`
 * and `false` insert nothing. A text can be inserted between elements and into the value of an attribute, and the whole value of an
 * attribute with an address must be an address; among the attributes of a tag goes only what this tag has made:
 * `<input name="${name}"${isOn && html` checked`}>`.
 * @throws Error where that can't be made safe: a mistake of ours, which the first call shows
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  const places = knownPlaces(strings);
  let text = strings[0]!;
  for (const [at, value] of values.entries()) text += textAt(places[at]!, value) + strings[at + 1]!;
  return new Html(text);
}

/** Characters that turn the order of all that stands behind them in a line: a name could look like another one. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** @returns the text, with a name in place of each character that would turn the rest of its line */
function withoutTurns(text: string): string {
  return text.replace(TURNING, character => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`);
}

/** @returns the text as it stands in HTML, between elements and in values of attributes */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, character => ENTITIES[character]!);
}

function textAt(place: Place, value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (place === 'content') return contentOf(value);
  if (place === 'tag') {
    if (value instanceof Html || value === '') return String(value);
    throw new Error('only attributes that html`…` has made may be inserted into a tag');
  }
  if (value instanceof Html || typeof value === 'object')
    throw new Error('only a text may be inserted into the value of an attribute');
  const text = String(value);
  return escapeHtml(place === 'address' && !ADDRESS.test(text) ? '#' : text);
}

function contentOf(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(contentOf).join('');
  return value === undefined || value === null || value === false ? '' : withoutTurns(escapeHtml(String(value)));
}

/** What runs nothing: `javascript:` does. */
const ADDRESS = /^(?:[/#?]|https?:\/\/|data:image\/)/;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Each template stands once in the code, so these are few. */
const known = new WeakMap<TemplateStringsArray, readonly Place[]>();

function knownPlaces(strings: TemplateStringsArray): readonly Place[] {
  const places = known.get(strings) ?? placesOf(strings);
  known.set(strings, places);
  return places;
}
