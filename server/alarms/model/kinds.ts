import type { AlarmKind } from '../../configuration/alarm-kinds.ts';

/** What the messages say of a kind. docs/alerts.md has a row for each. */
interface KindTexts {
  /** Behind a number: `14 databases are late`. */
  readonly many: string;
  /** Behind the subject, when it is over and no more is known. */
  readonly over: string;
  /** Behind a number, when several are over in this way. */
  readonly manyOver: string;
}

export const KINDS: Readonly<Record<AlarmKind, KindTexts>> = {
  late: {
    many: 'databases are late',
    over: 'has a complete backup again',
    manyOver: 'databases have a complete backup again',
  },
  critical: {
    many: 'databases have missed two backups',
    over: 'has a complete backup again',
    manyOver: 'databases have a complete backup again',
  },
  never: {
    many: 'databases have never had a complete backup',
    over: 'has its first complete backup',
    manyOver: 'databases have their first complete backup',
  },
  dropped: {
    many: 'databases are no longer on any list',
    over: 'is on a list again',
    manyOver: 'databases are on a list again',
  },
  run_failed: {
    many: 'databases were not backed up',
    over: 'was backed up again',
    manyOver: 'databases were backed up again',
  },
  run_missing: {
    many: 'sources have not reported a run',
    over: 'reports its runs again',
    manyOver: 'sources report their runs again',
  },
  service_off: {
    many: 'services were off',
    over: 'has received what it missed while it was off',
    manyOver: 'services have received what they missed while they were off',
  },
  incomplete: {
    many: 'databases have an incomplete newest backup',
    over: 'has no incomplete newest backup any more',
    manyOver: 'databases have no incomplete newest backup any more',
  },
  damaged: {
    many: 'stored backups are damaged',
    over: 'is sound again, or was removed',
    manyOver: 'stored backups are sound again, or were removed',
  },
  shrunk: {
    many: 'databases have lost tables or rows',
    over: 'has no unaccepted loss any more',
    manyOver: 'databases have no unaccepted loss any more',
  },
  drill_failed: {
    many: 'databases could not be restored in a drill',
    over: 'was restored in a drill',
    manyOver: 'databases were restored in a drill',
  },
  drill_due: {
    many: 'databases have had no drill for too long',
    over: 'has its drills again',
    manyOver: 'databases have their drills again',
  },
  storage_low: { many: 'storages are low', over: 'has room again', manyOver: 'storages have room again' },
  retention_held: { many: 'retentions are held', over: 'is no longer held', manyOver: 'retentions are no longer held' },
  channel_failing: { many: 'channels fail', over: 'delivers again', manyOver: 'channels deliver again' },
  clock_ahead: {
    many: 'clocks are ahead',
    over: 'has the right time again',
    manyOver: 'clocks have the right time again',
  },
  pushed_out: {
    many: 'databases get too many backups',
    over: 'gets no more than 4 backups a day any more',
    manyOver: 'databases get no more than 4 backups a day any more',
  },
  clock_jumped: {
    many: 'clocks cannot be trusted',
    over: 'can be trusted again',
    manyOver: 'clocks can be trusted again',
  },
  many_forgotten: {
    many: 'services had many backups forgotten',
    over: 'had no more than a few backups forgotten within the last day',
    manyOver: 'services had no more than a few backups forgotten within the last day',
  },
};
