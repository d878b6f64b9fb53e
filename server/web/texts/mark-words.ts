import { texts } from './texts.ts';

/** What each mark means, for those who don't see it. */
export const MARK_WORDS = texts({
  en: {
    complete: 'complete',
    incomplete: 'incomplete',
    damaged: 'damaged',
    missing: 'due, and nothing came',
    'none-due': 'none due',
    paused: 'paused',
    unverified: 'unverified',
    pinned: 'pinned',
    drilled: 'proven by a drill',
  },
  id: {
    complete: 'lengkap',
    incomplete: 'tidak lengkap',
    damaged: 'rusak',
    missing: 'seharusnya ada, tetapi tidak datang',
    'none-due': 'tidak dijadwalkan',
    paused: 'dijeda',
    unverified: 'belum terverifikasi',
    pinned: 'disematkan',
    drilled: 'terbukti lewat uji pemulihan',
  },
});
