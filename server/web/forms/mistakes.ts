import type { Language } from '../texts/language.ts';

/**
 * @param message of the use case, in English, behind the name of a field
 * @returns the same as a sentence of its own, in the language of the page
 */
export function mistakeInWords(language: Language, message: string): string {
  if (language === 'en') return `It ${message}.`;
  for (const [pattern, inIndonesian] of IN_INDONESIAN)
    if (pattern.test(message)) return message.replace(pattern, inIndonesian);
  return message;
}

/** A message that is not here is shown in English. */
const IN_INDONESIAN: ReadonlyArray<readonly [RegExp, string]> = [
  [/^must be a text of 1 to (\d+) characters(?: in one line)?$/, 'Harus berupa teks dari 1 sampai $1 karakter.'],
  [/^must be within the next 90 days$/, 'Harus dalam 90 hari ke depan.'],
  [
    /^must be a time in the future, less than 100 years away$/,
    'Harus waktu yang akan datang, kurang dari 100 tahun lagi.',
  ],
  [/^must be a time such as 2026-11-30T07:05$/, 'Harus berupa waktu, misalnya 2026-11-30T07:05.'],
  [/^must be ticked$/, 'Harus dicentang.'],
  [/^must say why$/, 'Harus menyebut alasannya.'],
  [/^must not be longer than (\d+) characters$/, 'Paling panjang $1 karakter.'],
  [/^must be one line, without control characters$/, 'Harus satu baris, tanpa karakter kontrol.'],
];
