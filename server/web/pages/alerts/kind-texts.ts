import { KINDS } from '../../../alarms/model/kinds.ts';
import { ALARM_KINDS, type AlarmKind } from '../../../configuration/alarm-kinds.ts';
import { texts } from '../../texts/texts.ts';

type Kinds = Readonly<Record<AlarmKind, string>>;

/** As the messages have it. */
const MANY = Object.fromEntries(ALARM_KINDS.map(kind => [kind, KINDS[kind].many])) as Kinds;

/** What a kind of alarm is called, and what several of a kind are, behind their number. */
export const KIND_TEXTS = texts({
  en: {
    name: {
      late: 'late',
      critical: 'missed twice',
      never: 'never backed up',
      dropped: 'on no list',
      run_failed: 'not backed up',
      run_missing: 'run missing',
      service_off: 'service was off',
      incomplete: 'incomplete',
      damaged: 'damaged',
      shrunk: 'lost tables or rows',
      drill_failed: 'drill failed',
      drill_due: 'drill due',
      storage_low: 'storage low',
      retention_held: 'retention held',
      channel_failing: 'channel failing',
      clock_ahead: 'clock ahead',
      pushed_out: 'too many backups',
      clock_jumped: 'clock not trusted',
      many_forgotten: 'many forgotten',
    } satisfies Kinds,
    many: MANY,
  },
  id: {
    name: {
      late: 'terlambat',
      critical: 'dua kali terlewat',
      never: 'belum pernah dicadangkan',
      dropped: 'tidak ada di daftar',
      run_failed: 'gagal dicadangkan',
      run_missing: 'pencadangan tidak dilaporkan',
      service_off: 'layanan tidak berjalan',
      incomplete: 'tidak lengkap',
      damaged: 'rusak',
      shrunk: 'kehilangan tabel atau baris',
      drill_failed: 'uji pemulihan gagal',
      drill_due: 'perlu uji pemulihan',
      storage_low: 'penyimpanan hampir penuh',
      retention_held: 'retensi ditahan',
      channel_failing: 'saluran gagal',
      clock_ahead: 'jam terlalu cepat',
      pushed_out: 'terlalu banyak cadangan',
      clock_jumped: 'jam tidak dipercaya',
      many_forgotten: 'banyak cadangan akan dihapus',
    },
    many: {
      late: 'basis data terlambat dicadangkan',
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
      channel_failing: 'saluran gagal mengirim',
      clock_ahead: 'jam terlalu cepat',
      pushed_out: 'basis data menerima terlalu banyak cadangan dalam sehari',
      clock_jumped: 'jam tidak dapat dipercaya',
      many_forgotten: 'layanan diminta menghapus banyak cadangan dalam sehari',
    },
  },
});
