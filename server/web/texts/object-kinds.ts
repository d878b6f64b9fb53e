import { KIND_NAMES, type ObjectKind } from '../../../protocol/manifest.ts';
import type { Language } from './language.ts';
import { texts } from './texts.ts';

/** The kinds of objects of a dump, as headings. */
export const OBJECT_KIND_TEXTS = texts({
  en: {
    tables: 'Tables',
    sequences: 'Sequences',
    views: 'Views',
    triggers: 'Triggers',
    procedures: 'Procedures',
    functions: 'Functions',
    packages: 'Packages',
    package_bodies: 'Package bodies',
    events: 'Events',
  },
  id: {
    tables: 'Tabel',
    sequences: 'Sekuens',
    views: 'View',
    triggers: 'Trigger',
    procedures: 'Prosedur',
    functions: 'Fungsi',
    packages: 'Paket',
    package_bodies: 'Isi paket',
    events: 'Event',
  },
});

/** @returns what one object of a kind is called, before its name: `table faktur` */
export function kindName(language: Language, kind: ObjectKind): string {
  return language === 'en' ? KIND_NAMES[kind] : OBJECT_KIND_TEXTS[language][kind].toLowerCase();
}
