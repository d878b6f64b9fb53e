import { texts } from '../../texts/texts.ts';

export const SETTINGS_TEXTS = texts({
  en: {
    heading: 'Settings',
    pages: { service: 'Service', policies: 'Policies', sessions: 'Sessions', tokens: 'Tokens' },
    about: 'Versions and licences',
    part: 'Part',
    version: 'Version',
    licence: 'Licence',
    libraries: 'Libraries that the service uses',
    itself: 'The service and what it runs on',
    history: 'History',
  },
  id: {
    heading: 'Pengaturan',
    pages: { service: 'Layanan', policies: 'Kebijakan', sessions: 'Sesi', tokens: 'Token' },
    about: 'Versi dan lisensi',
    part: 'Bagian',
    version: 'Versi',
    licence: 'Lisensi',
    libraries: 'Pustaka yang dipakai layanan ini',
    itself: 'Layanan ini dan dasarnya',
    history: 'Riwayat',
  },
});
