import { texts } from '../../texts/texts.ts';

/** What an alarm adds to how a database stands; those that say the same are left out. */
export const KIND_WORDS = texts({
  en: {
    shrunk: 'lost tables or rows',
    damaged: 'a stored backup is damaged',
    incomplete: 'the newest backup is incomplete',
    run_failed: 'the last run failed',
    drill_failed: 'a drill could not restore it',
    pushed_out: 'gets too many backups',
  },
  id: {
    shrunk: 'kehilangan tabel atau baris',
    damaged: 'satu cadangan rusak di penyimpanan',
    incomplete: 'cadangan terbaru tidak lengkap',
    run_failed: 'pencadangan terakhir gagal',
    drill_failed: 'tidak dapat dipulihkan dalam uji pemulihan',
    pushed_out: 'menerima terlalu banyak cadangan',
  },
});
