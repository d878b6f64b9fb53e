import type { AlarmKind } from '../../../configuration/alarm-kinds.ts';
import { alarmInIndonesian } from '../../../digest/alarms-in-indonesian.ts';
import type { Cause } from '../../../fleet/causes.ts';

/** @returns the headline of a cause in Indonesian, in fewer words than the English one: what else is known is in English */
export function causeInIndonesian({ kind, count, subject, source, why, ids }: Cause): string {
  const from = source === null ? '' : ` (${source})`;
  const because = why === undefined ? '' : `: ${why}`;
  if (ids.length === 1) return `${alarmInIndonesian({ kind, subject })}${because}`;
  return `${new Intl.NumberFormat('id').format(count)} ${MANY[kind]}${from}${because}`;
}

/** Behind a number. */
const MANY: Readonly<Record<AlarmKind, string>> = {
  late: 'basis data terlambat',
  critical: 'basis data sudah dua kali tanpa cadangan lengkap',
  never: 'basis data belum pernah memiliki cadangan lengkap',
  dropped: 'basis data tidak ada lagi di daftar mana pun',
  run_failed: 'basis data gagal dicadangkan',
  run_missing: 'sumber belum melaporkan pencadangannya',
  service_off: 'layanan tidak berjalan ketika pencadangan seharusnya dilaporkan',
  incomplete: 'basis data memiliki cadangan terbaru yang tidak lengkap',
  damaged: 'cadangan rusak di penyimpanan',
  shrunk: 'basis data kehilangan tabel atau baris',
  drill_failed: 'basis data tidak dapat dipulihkan dalam uji pemulihan',
  drill_due: 'basis data sudah terlalu lama tanpa uji pemulihan',
  storage_low: 'penyimpanan hampir penuh',
  retention_held: 'retensi ditahan',
  channel_failing: 'saluran gagal mengirim pemberitahuan',
  clock_ahead: 'jam terlalu cepat',
  pushed_out: 'basis data menerima terlalu banyak cadangan dalam sehari',
  clock_jumped: 'jam tidak dapat dipercaya',
  many_forgotten: 'layanan diminta menghapus banyak cadangan dalam sehari',
};
