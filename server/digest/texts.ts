import { endingOf } from '../alarms/model/ending.ts';
import type { Language } from '../configuration/configuration.ts';
import { alarmInIndonesian, endingInIndonesian } from './alarms-in-indonesian.ts';
import type { DigestAlarm } from './read-digest.ts';

/** The sentences of a digest in one language. */
export interface DigestTexts {
  allWell(databases: number): string;
  some(well: number, databases: number): string;
  someNeedYou(well: number, databases: number, bad: number): string;
  /** Behind the others: these are late by their contract, and no one is to blame. */
  waiting(databases: number): string;
  noDatabases: string;
  alsoOpen(alarms: number): string;
  of(group: string): string;
  /** That no digest came on these days. */
  missed(days: string): string;
  wasOff(from: string, until: string): string;
  and: string;
  to: string;
  openAlarms: string;
  alarm(alarm: DigestAlarm): string;
  /** How an alarm ended. */
  ending(alarm: DigestAlarm): string;
  noAlarms: string;
  changes: string;
  opened: string;
  closed: string;
  noChanges: string;
  /** The same below new alarms, which are among the open ones. */
  otherChanges: string;
  noOtherChanges: string;
  paused(databases: number): string;
  storage(free: string, total: string, percent: number): string;
  storageAway: string;
  proven(proven: number, databases: number): string;
  removed(backups: number): string;
  acknowledged(by: string): string;
  more(alarms: number): string;
  /** Ends with the address. */
  page(url: string): string;
}

export const TEXTS: Readonly<Record<Language, DigestTexts>> = {
  en: {
    allWell: n =>
      n === 1 ? 'The 1 database has its complete backup' : `All ${n} databases have their complete backup`,
    some,
    someNeedYou: (well, n, bad) => `${some(well, n)}; ${bad} ${bad === 1 ? 'needs' : 'need'} you`,
    waiting: n => `${n} still ${n === 1 ? 'waits' : 'wait'} for a backup: the service was off when it was due`,
    noDatabases: 'No database is backed up yet',
    alsoOpen: n => `${n} ${n === 1 ? 'alarm is' : 'alarms are'} open`,
    of: group => `Backups of ${group}`,
    missed: days => `No digest came on ${days}: this one is about that time, too.`,
    wasOff: (from, until) => `The service was not running from ${from} to ${until}.`,
    and: 'and',
    to: 'to',
    openAlarms: 'Open alarms:',
    alarm: ({ summary }) => summary,
    ending: endingOf,
    noAlarms: 'No alarm is open.',
    changes: 'What has changed:',
    opened: 'new',
    closed: 'over',
    noChanges: 'Nothing has changed.',
    otherChanges: 'What else has changed:',
    noOtherChanges: 'Nothing else has changed.',
    paused: n => `${n} ${n === 1 ? 'database is' : 'databases are'} paused: no backup of it is expected for now.`,
    storage: (free, total, percent) => `Storage: ${free} free of ${total} (${percent} %).`,
    storageAway: 'The storage cannot be reached.',
    proven: (proven, n) => `Drills: ${proven} of ${n} databases were proven restorable within 30 days.`,
    removed: n => `Retention: ${n} old backups were given to the removal.`,
    acknowledged: by => `acknowledged by ${by}`,
    more: n => `… and ${n} more`,
    page: url => `On the dashboard: ${url}`,
  },
  id: {
    allWell: n =>
      n === 1 ? 'Satu basis data memiliki cadangan lengkap' : `Semua ${n} basis data memiliki cadangan lengkap`,
    some: sebagian,
    someNeedYou: (well, n, bad) => `${sebagian(well, n)}; ${bad} perlu perhatian`,
    waiting: n => `${n} masih menunggu cadangan: layanan tidak berjalan ketika cadangan itu seharusnya ada`,
    noDatabases: 'Belum ada basis data yang dicadangkan',
    alsoOpen: n => `${n} peringatan masih terbuka`,
    of: group => `Cadangan ${group}`,
    missed: days => `Ringkasan tanggal ${days} tidak terkirim: ringkasan ini juga mencakup waktu itu.`,
    wasOff: (from, until) => `Layanan tidak berjalan dari ${from} sampai ${until}.`,
    and: 'dan',
    to: 'sampai',
    openAlarms: 'Peringatan yang masih terbuka:',
    alarm: alarmInIndonesian,
    ending: endingInIndonesian,
    noAlarms: 'Tidak ada peringatan yang terbuka.',
    changes: 'Yang berubah:',
    opened: 'baru',
    closed: 'selesai',
    noChanges: 'Tidak ada perubahan.',
    otherChanges: 'Perubahan lain:',
    noOtherChanges: 'Tidak ada perubahan lain.',
    paused: n => `${n} basis data dijeda: untuk sementara tidak dicadangkan.`,
    storage: (free, total, percent) => `Penyimpanan: ${free} kosong dari ${total} (${percent} %).`,
    storageAway: 'Penyimpanan tidak dapat dijangkau.',
    proven: (proven, n) => `Uji pemulihan: ${proven} dari ${n} basis data terbukti dapat dipulihkan dalam 30 hari.`,
    removed: n => `Retensi: ${n} cadangan lama dihapus.`,
    acknowledged: by => `ditangani oleh ${by}`,
    more: n => `… dan ${n} lagi`,
    page: url => `Di dasbor: ${url}`,
  },
};

function some(well: number, databases: number): string {
  return `${well} of ${databases} databases ${well === 1 ? 'has its' : 'have their'} complete backup`;
}

function sebagian(well: number, databases: number): string {
  return `${well} dari ${databases} basis data memiliki cadangan lengkap`;
}
