import type { Decision, Reason } from '../../retention/rules/decide.ts';
import type { Language } from './language.ts';

/**
 * @param decision of the retention about a backup
 * @returns why the backup stays or goes, without saying which of the two: `newest of day 2026-11-28 (daily 2 of 14)`
 */
export function whyInWords(language: Language, { reason, why }: Pick<Decision, 'reason' | 'why'>): string {
  const sentence = why.replace(/^(?:kept|goes): /, '');
  if (language === 'en') return sentence;
  const [, number, of] = /\(\w+ (\d+) of (\d+)\)/.exec(why) ?? [];
  return number === undefined ? IN_INDONESIAN[reason] : `${IN_INDONESIAN[reason]} (${number} dari ${of})`;
}

/** @param why a backup is removed, as its row has it @returns the same for a sentence that says by itself that it goes */
export function removedForInWords(why: string | null | undefined): string {
  return (why ?? '').replace(/^(?:goes|to be removed): /, '');
}

/** The same for a list whose page says beside it what the policy is, and what holds the database. */
export function whyInShort(language: Language, { reason, why }: Pick<Decision, 'reason' | 'why'>): string {
  if (language !== 'en') return whyInWords(language, { reason, why });
  const [, without] = reason === 'held' ? (/ Without that(?: it goes|: to be removed): (.*)$/s.exec(why) ?? []) : [];
  const sentence = whyInWords(language, { reason, why: without ?? why });
  const short = sentence.replace(/^(no rule of its policy keeps it): .*$/s, '$1');
  return without === undefined ? short : `removals are held; without that it would be removed: ${short}`;
}

/** Fewer words than the sentence of the rules has: that is in English. */
const IN_INDONESIAN: Readonly<Record<Reason, string>> = {
  hold: 'penahanan hukum',
  pin: 'disematkan',
  floor: 'termasuk tiga cadangan lengkap yang selalu disimpan',
  reference: 'masih memiliki apa yang hilang dari cadangan yang lebih baru',
  proven: 'cadangan terbaru yang berhasil dipulihkan dalam uji pemulihan',
  last: 'termasuk yang terbaru',
  hourly: 'terbaru dalam jamnya',
  daily: 'terbaru pada harinya',
  weekly: 'terbaru dalam minggunya',
  monthly: 'terbaru dalam bulannya',
  yearly: 'terbaru dalam tahunnya',
  made_for_restore: 'dibuat sebelum pemulihan mengganti data ini',
  newer_incomplete: 'tidak lengkap, tetapi lebih baru daripada cadangan lengkap terakhir',
  damaged: 'rusak',
  incomplete: 'tidak lengkap, dan ada cadangan lengkap yang lebih baru',
  removed_on_purpose: 'dihapus dengan sengaja',
  no_rule: 'tidak ada aturan kebijakan yang menyimpannya',
  held: 'penghapusan cadangan basis data ini sedang ditahan',
};
