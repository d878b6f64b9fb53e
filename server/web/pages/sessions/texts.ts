import { counted, texts } from '../../texts/texts.ts';

export const SESSION_TEXTS = texts({
  en: {
    heading: 'Sessions',
    intro: (idle: string, longest: string) =>
      `A browser that has signed in has a session. It ends after ${idle} without use, after ${longest} in any case, and with its token.`,
    onlyOwn: 'You see those of your own token.',
    caption: (n: number) => counted(n, 'session', 'sessions'),
    none: 'No browser is signed in.',
    token: 'Token',
    began: 'Began',
    seen: 'Last used',
    from: 'From',
    browser: 'Browser',
    this: 'this one',
    end: 'End',
    endOf: (id: number) => `session ${id}`,
  },
  id: {
    heading: 'Sesi',
    intro: (idle: string, longest: string) =>
      `Peramban yang sudah masuk memiliki sesi. Sesi berakhir setelah ${idle} tanpa dipakai, paling lama setelah ${longest}, dan bersama tokennya.`,
    onlyOwn: 'Anda melihat sesi token Anda sendiri.',
    caption: (n: number) => `${n} sesi`,
    none: 'Tidak ada peramban yang sedang masuk.',
    token: 'Token',
    began: 'Dimulai',
    seen: 'Terakhir dipakai',
    from: 'Dari',
    browser: 'Peramban',
    this: 'yang ini',
    end: 'Akhiri',
    endOf: (id: number) => `sesi ${id}`,
  },
});
