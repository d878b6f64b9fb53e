import { isKeyOf } from '../../../protocol/texts/is-key-of.ts';
import type { Language } from '../../configuration/configuration.ts';

export type { Language };

/** In its own words. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', id: 'Bahasa Indonesia' };

/** @returns the language that a text names, such as a cookie or `?lang=` */
export function languageOf(text: string | null | undefined): Language | undefined {
  return isKeyOf(LANGUAGES, text) ? text : undefined;
}

/**
 * Chooses the language of a page.
 * @param chosen what the reader has chosen before
 * @param accepted the header Accept-Language
 * @param fallback for a browser that names neither
 */
export function chooseLanguage(chosen: Language | undefined, accepted: string, fallback: Language): Language {
  return chosen ?? wished(accepted).find(language => language !== undefined) ?? fallback;
}

/** @returns what a browser wishes, best first, as far as we have it */
function wished(accepted: string): Array<Language | undefined> {
  return accepted
    .slice(0, 500)
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = Number(/^q=([\d.]+)$/.exec(parameters.join(';'))?.[1] ?? 1);
      // `in` is how Indonesian was called before 1989, and some programs still do.
      return { language: languageOf(tag.split('-')[0]!.replace(/^in$/, 'id')), quality };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ language }) => language);
}
