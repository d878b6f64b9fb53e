import { texts } from './texts.ts';

/** The headings of pages that say why something did not work. */
export const ERROR_TEXTS = texts({
  en: {
    signedOut: 'You are not signed in',
    refused: 'This is not allowed',
    notFound: 'There is nothing here',
    gone: 'This was removed',
    later: 'Not now: try again in a moment',
    failed: 'The service could not do this',
    notUnderstood: 'This request is not valid',
    signIn: 'Sign in',
    home: 'To the fleet',
  },
  id: {
    signedOut: 'Anda belum masuk',
    refused: 'Ini tidak diizinkan',
    notFound: 'Tidak ada apa-apa di sini',
    gone: 'Ini sudah dihapus',
    later: 'Belum bisa: coba lagi sebentar lagi',
    failed: 'Layanan tidak dapat melakukannya',
    notUnderstood: 'Permintaan ini tidak sah',
    signIn: 'Masuk',
    home: 'Ke ikhtisar',
  },
});
