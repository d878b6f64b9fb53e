import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';

/**
 * @param advice of an alarm, as the service or `sade` wrote it in English
 * @returns it in the language of the page; what is not known stays in English, and is marked so
 */
export function adviceInWords({ language }: Pick<View, 'language'>, advice: string): Html {
  const ofRun = language === 'id' ? /^On (\S+): (.*) Then run: sade backup$/s.exec(advice) : null;
  // What sade wrote stays as it is.
  if (ofRun) return html`Di ${ofRun[1]}: <span lang="en">${ofRun[2]}</span> Lalu ulangi: sade backup`;
  const known = language === 'id' ? inIndonesian(advice) : undefined;
  return known === undefined ? html`<span lang="en">${advice}</span>` : html`${known}`;
}

function inIndonesian(advice: string): string | undefined {
  for (const { pattern, text } of RULES) {
    const found = pattern.exec(advice);
    if (found) return text.replace(PLACE, (_, name: string) => found.groups![name]!);
  }
  return undefined;
}

const PLACE = /\{(\w+)\}/g;

/** What the conditions of the alarms advise, beside what it is in Indonesian: `{name}` is the same in both. */
export const ADVICE: ReadonlyArray<readonly [english: string, indonesian: string]> = [
  [
    'Check the last run on {source}: sade doctor, and the cron job of sade backup',
    'Periksa pencadangan terakhir di {source}: sade doctor, dan tugas cron untuk sade backup',
  ],
  ['Back it up now on {source}: {command}', 'Cadangkan sekarang di {source}: {command}'],
  ['Back it up on {source}: {command}', 'Cadangkan di {source}: {command}'],
  [
    'Put it back into databases.json on {source}; if it is no longer used: {command}',
    'Kembalikan ke databases.json di {source}; jika memang tidak dipakai lagi: {command}',
  ],
  [
    'Log in on {source}: is it up, does its cron job still run sade backup, and what does sade doctor report?',
    'Masuk ke {source}: apakah mesinnya menyala, apakah cron masih menjalankan sade backup, dan apa laporan sade doctor?',
  ],
  [
    'Check the disk of the storage, and back these databases up again: {command}. Then put each file back from a copy, or forget its backup: {forget}',
    'Periksa disk penyimpanan, dan cadangkan lagi basis data ini: {command}. Lalu kembalikan berkasnya dari salinan, atau hapus cadangannya: {forget}',
  ],
  [
    'Check what is missing, with a token of the role read, and fix it before the next run: {command}',
    'Periksa apa yang kurang, dengan token berperan read, dan perbaiki sebelum pencadangan berikutnya: {command}',
  ],
  [
    'See what was lost, and which backup still has it, with a token of the role read: {show}. If it was removed on purpose, with a token of the role operator: {accept}',
    'Lihat apa yang hilang, dan cadangan mana yang masih memilikinya, dengan token berperan read: {show}. Jika memang dihapus dengan sengaja, dengan token berperan operator: {accept}',
  ],
  ['Check it on {source}: sade doctor', 'Periksa di {source}: sade doctor'],
  ['Set the clock of {source} by NTP: {command}', 'Setel jam {source} dengan NTP: {command}'],
  [
    'Check the cron job of sade drill, or run it now: {command}',
    'Periksa tugas cron untuk sade drill, atau jalankan sekarang: {command}',
  ],
  ['Fix it, then try it: {command}', 'Perbaiki, lalu uji: {command}'],
  [
    'Use a larger disk, or turn the retention on: {command}',
    'Beri disk yang lebih besar, atau aktifkan retensi: {command}',
  ],
  [
    'Check whether its disk is mounted, and the log of the service',
    'Periksa apakah disknya terpasang (mount), dan log layanan',
  ],
  ['See what holds it: {command}', 'Lihat apa yang menahannya: {command}'],
  [
    'Find out why it was off: its log, and the log of its machine. What waits on a host comes with its next run; to have it sooner: {command}',
    'Cari tahu mengapa layanan tidak berjalan: lihat lognya, dan log mesinnya. Yang menunggu di suatu host dikirim pada pencadangan berikutnya; agar lebih cepat: {command}',
  ],
];

const RULES = ADVICE.map(([english, text]) => ({ pattern: patternOf(english), text }));

/** A name of a host has no blank; a command may have some. */
function patternOf(english: string): RegExp {
  const parts = english.split(PLACE).map((part, at) => {
    if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return part === 'source' ? `(?<${part}>\\S+)` : `(?<${part}>.+)`;
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}
