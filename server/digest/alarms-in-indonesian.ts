import { KINDS as IN_ENGLISH } from '../alarms/model/kinds.ts';
import type { AlarmKind } from '../configuration/alarm-kinds.ts';
import type { DigestAlarm } from './read-digest.ts';

/** @returns an alarm in Indonesian, in fewer words than its summary has: that is in English */
export function alarmInIndonesian({ kind, subject }: Pick<DigestAlarm, 'kind' | 'subject'>): string {
  return `${subject} ${KINDS[kind].open}`;
}

/** @returns how it ended */
export function endingInIndonesian({
  kind,
  subject,
  detail,
}: Pick<DigestAlarm, 'kind' | 'subject' | 'detail'>): string {
  // What is known of a special ending, such as a pause, is in English.
  const isUsual = detail.ending === undefined || detail.ending === IN_ENGLISH[kind].over;
  return `${subject} ${isUsual ? KINDS[kind].over : 'tidak lagi menjadi peringatan'}`;
}

const KINDS: Readonly<Record<AlarmKind, { readonly open: string; readonly over: string }>> = {
  late: { open: 'terlambat: belum ada cadangan lengkap', over: 'sudah memiliki cadangan lengkap lagi' },
  critical: { open: 'sudah dua kali tanpa cadangan lengkap', over: 'sudah memiliki cadangan lengkap lagi' },
  never: { open: 'belum pernah memiliki cadangan lengkap', over: 'sudah memiliki cadangan lengkap yang pertama' },
  dropped: { open: 'tidak ada lagi di daftar mana pun', over: 'sudah ada di daftar lagi' },
  run_failed: { open: 'gagal dicadangkan', over: 'sudah dicadangkan lagi' },
  run_missing: { open: 'belum melaporkan pencadangannya', over: 'sudah melaporkan pencadangannya lagi' },
  service_off: {
    open: 'tidak berjalan ketika pencadangan seharusnya dilaporkan',
    over: 'sudah menerima cadangan yang tertunda',
  },
  incomplete: {
    open: 'memiliki cadangan terbaru yang tidak lengkap',
    over: 'tidak lagi memiliki cadangan terbaru yang tidak lengkap',
  },
  damaged: { open: 'rusak di penyimpanan', over: 'sudah baik lagi, atau sudah dihapus' },
  shrunk: { open: 'kehilangan tabel atau baris', over: 'tidak lagi memiliki kehilangan yang belum diterima' },
  drill_failed: { open: 'tidak dapat dipulihkan dalam uji pemulihan', over: 'berhasil dipulihkan dalam uji pemulihan' },
  drill_due: { open: 'sudah terlalu lama tanpa uji pemulihan', over: 'sudah diuji lagi' },
  storage_low: { open: 'hampir penuh', over: 'sudah memiliki ruang lagi' },
  retention_held: { open: 'ditahan: tidak ada cadangan lama yang dihapus', over: 'tidak lagi ditahan' },
  channel_failing: { open: 'gagal mengirim pemberitahuan', over: 'sudah mengirim lagi' },
  clock_ahead: { open: 'memiliki jam yang terlalu cepat', over: 'sudah memiliki jam yang benar lagi' },
  pushed_out: {
    open: 'menerima terlalu banyak cadangan dalam sehari',
    over: 'tidak lagi menerima terlalu banyak cadangan',
  },
  clock_jumped: { open: 'tidak dapat dipercaya: waktunya melompat', over: 'dapat dipercaya lagi' },
  many_forgotten: {
    open: 'diminta menghapus banyak cadangan dalam sehari',
    over: 'tidak lagi diminta menghapus banyak cadangan',
  },
};
