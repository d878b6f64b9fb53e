import { texts } from '../../texts/texts.ts';

export const SIGN_IN_TEXTS = texts({
  en: {
    heading: 'Sign in',
    token: 'Token',
    hint: 'It begins with lmb_. An administrator makes one on the page Settings, Tokens, or on the machine of the service: sudo lumbung token create',
    button: 'Sign in',
    ended: 'Your session has ended. Sign in again.',
    empty: 'Paste a token here.',
    onlyUpload: (name: string) =>
      `The token ${name} may only upload backups. The dashboard needs one with the role read, operator or admin.`,
    how: 'The token is needed once. This browser then has a session of its own: it ends after 12 hours without use, after 7 days, when you sign out, or when the token is revoked.',
    insecure: 'Sign-in needs an encrypted connection',
    why: 'This page came over HTTP without TLS, from a different machine than the service. Everyone on the way could read the token.',
    remedies: 'What to do:',
    useTls: 'Give the service a certificate (TLS_CERT_FILE and TLS_KEY_FILE), and open this page with https://',
    useProxy:
      'Or put a proxy with TLS before it, and name it in TRUST_PROXY, so that the service believes its X-Forwarded-Proto',
    useTunnel:
      'Or, for now, open a tunnel and use this page at http://127.0.0.1:3000/-/ui: ssh -L 3000:127.0.0.1:3000 SERVER',
    noSession: 'No one can sign in now',
    historyFull: 'The token is right, but the disk of the history is full: your session cannot be stored.',
    historyRefuses: 'The token is right, but the history cannot be written to now: your session cannot be stored.',
    makeRoom:
      'Make room on the disk of the history, which DATABASE_URL names: with sqlite: the disk of that file, with mysql: the disk of that server. df -h shows how full each disk is.',
    letWrite:
      'Look at the history, which DATABASE_URL names: it may be read-only, locked by another program, or the user of the service may not write to it. The log of the service shows the reason.',
    stillAnswers: 'REST, GraphQL and sade need no session: with the same token they still answer, such as',
    others: 'Those who are signed in stay so, and can read all pages.',
    again: 'Then sign in again',
    wasSent: 'The token that you just sent was not looked at, but it has travelled unencrypted: rotate it.',
  },
  id: {
    heading: 'Masuk',
    token: 'Token',
    hint: 'Diawali dengan lmb_. Administrator membuatnya di halaman Pengaturan, Token, atau di mesin layanan: sudo lumbung token create',
    button: 'Masuk',
    ended: 'Sesi Anda sudah berakhir. Silakan masuk lagi.',
    empty: 'Tempelkan token di sini.',
    onlyUpload: (name: string) =>
      `Token ${name} hanya boleh mengunggah cadangan. Dasbor memerlukan token dengan peran read, operator, atau admin.`,
    how: 'Token hanya diperlukan sekali. Setelah itu peramban ini memiliki sesi sendiri: berakhir setelah 12 jam tanpa dipakai, setelah 7 hari, saat Anda keluar, atau saat token dicabut.',
    insecure: 'Untuk masuk diperlukan koneksi terenkripsi',
    why: 'Halaman ini datang lewat HTTP tanpa TLS, dari mesin lain daripada layanan. Siapa pun di jalurnya dapat membaca token.',
    remedies: 'Yang perlu dilakukan:',
    useTls: 'Beri layanan sertifikat (TLS_CERT_FILE dan TLS_KEY_FILE), lalu buka halaman ini dengan https://',
    useProxy:
      'Atau pasang proksi dengan TLS di depannya, dan sebutkan di TRUST_PROXY, agar layanan percaya pada X-Forwarded-Proto',
    useTunnel:
      'Atau, untuk sementara, buka terowongan dan pakai halaman ini di http://127.0.0.1:3000/-/ui: ssh -L 3000:127.0.0.1:3000 SERVER',
    noSession: 'Saat ini tidak ada yang dapat masuk',
    historyFull: 'Token benar, tetapi disk untuk riwayat penuh: sesi Anda tidak dapat disimpan.',
    historyRefuses: 'Token benar, tetapi riwayat sedang tidak dapat ditulisi: sesi Anda tidak dapat disimpan.',
    makeRoom:
      'Kosongkan ruang pada disk untuk riwayat, yang disebut di DATABASE_URL: dengan sqlite: disk tempat berkas itu, dengan mysql: disk server itu. df -h menunjukkan seberapa penuh tiap disk.',
    letWrite:
      'Periksa riwayat, yang disebut di DATABASE_URL: mungkin hanya bisa dibaca, dikunci program lain, atau pengguna layanan tidak boleh menulisinya. Sebabnya ada di log layanan.',
    stillAnswers:
      'REST, GraphQL, dan sade tidak memerlukan sesi: dengan token yang sama semuanya tetap menjawab, misalnya',
    others: 'Yang sudah masuk tetap masuk, dan dapat membaca semua halaman.',
    again: 'Setelah itu masuk lagi',
    wasSent: 'Token yang baru Anda kirim tidak dilihat, tetapi sudah lewat tanpa enkripsi: gantilah token itu.',
  },
});
