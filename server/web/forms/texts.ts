import { texts } from '../texts/texts.ts';

/** What a page says when a form came back. */
export const FORM_TEXTS = texts({
  en: {
    unchanged: 'Nothing was changed.',
    toMistakes: 'The form shows what is wrong.',
  },
  id: {
    unchanged: 'Tidak ada yang diubah.',
    toMistakes: 'Formulirnya menunjukkan apa yang salah.',
  },
});
