import type { Language } from '../../configuration/configuration.ts';

/** What a page says, in both languages. */
export type Catalogue<T> = Readonly<Record<Language, T>>;

/** One text, one that is made of what it is about, or more of them. */
// biome-ignore lint/suspicious/noExplicitAny: what each text takes is its own matter, and `id` takes the same.
type Entry = string | ((...about: any[]) => unknown) | { readonly [key: string]: Entry };

/** What the other language has to have: the same keys, and texts that take the same, in other words. */
type Other<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...about: infer About) => infer Said
      ? (...about: About) => Said extends string ? string : Said
      : Other<T[Key]>;
};

/**
 * Both languages of a page. That `id` has exactly what `en` has is checked by tsc.
 * @returns `TEXTS[view.language]`
 */
export function texts<const T extends { readonly [key: string]: Entry }>(both: {
  readonly en: T;
  readonly id: NoInfer<Other<T>>;
}): Catalogue<Other<T>> {
  return both as unknown as Catalogue<Other<T>>;
}

/** @returns such as `1 database`, `1,204 databases` in English; Indonesian has one form */
export function counted(count: number, one: string, many: string): string {
  return `${new Intl.NumberFormat('en').format(count)} ${count === 1 ? one : many}`;
}
