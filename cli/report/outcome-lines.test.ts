import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import { RESTORE_GUIDE } from '../restore-guide.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import type { Outcome } from './outcome.ts';
import { describeOutcome, OutcomeLines } from './outcome-lines.ts';

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  database: 'pt_xyz',
  state: 'complete',
  isLeftover: false,
  startedAt: new Date('2026-01-01T00:00:00Z'),
  seconds: 4.2,
  fileName: 'mysql-….sql.zip',
  dumpBytes: 2 << 20,
  zipBytes: 512 << 10,
  backupId: 34,
  findings: [],
  ...more,
});
const failed = (more: Partial<Outcome> = {}): Outcome => {
  const { backupId: _, ...rest } = outcome();
  return { ...rest, state: 'failed', failure: { stage: 'dump', message: 'it broke' }, ...more };
};
const LOSS: UnacceptedLoss = {
  id: 34,
  timestamp: '2026-01-01 00:00:00',
  message: 'lost since backup 33 (2025-12-31 00:00:00 UTC): table faktur',
  reference: { id: 33, file_name: 'mysql-….sql.zip', timestamp: '2025-12-31 00:00:00', state: 'complete' },
};
describe('outcome lines', () => {
  describe('of one database', () => {
    it('tells sizes, time and id of what was backed up', () =>
      expect(describeOutcome(outcome())).to.equal('ok      pt_xyz  dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34'));

    it('tells which file of an earlier run was delivered', () => {
      const { dumpBytes: _, ...rest } = outcome({ isLeftover: true });
      expect(describeOutcome(rest)).to.equal(
        'ok      pt_xyz  delivered mysql-….sql.zip, left by an earlier run, zip 512.0 KiB, 4.2 s, id 34',
      );
    });

    it('tells what failed, what to do, and where the zip waits', () =>
      expect(
        describeOutcome(
          failed({ failure: { stage: 'upload', message: 'no answer', advice: 'Look.', keptAt: '/work/a.zip' } }),
        ),
      ).to.equal(
        [
          'FAILED  pt_xyz  upload: no answer',
          '        what to do: Look.',
          '        its zip waits for the next run: /work/a.zip',
        ].join('\n'),
      ));

    it('tells what was seen to be in it', () =>
      expect(describeOutcome(outcome({ tables: 12, rows: 64_000 }))).to.equal(
        'ok      pt_xyz  12 tables, 64,000 rows, dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34',
      ));

    it('shows each warning, of what succeeded and of what failed', () => {
      const one = finding('CLIENT_OLDER_THAN_SERVER', 'one');
      expect(describeOutcome(outcome({ findings: [one, finding('ROW_COUNT_DROPPED', 'two', 'Look.')] }))).to.match(
        /id 34\n {8}warning: one \(CLIENT_OLDER_THAN_SERVER\)\n {8}warning: two \(ROW_COUNT_DROPPED\)\n {10}what to do: Look\.$/,
      );
      expect(describeOutcome(failed({ findings: [one] }))).to.match(
        /^FAILED {2}pt_xyz {2}dump: it broke\n {8}warning: one \(CLIENT_OLDER_THAN_SERVER\)$/,
      );
    });

    it('never calls an incomplete backup ok, and says first what is missing', () => {
      const findings = [
        finding('CLIENT_OLDER_THAN_SERVER', 'one'),
        finding('TRIGGERS_NOT_GRANTED', 'no triggers', 'GRANT …'),
        finding('NO_MANIFEST', 'not checked'),
      ];
      expect(describeOutcome(outcome({ state: 'incomplete', findings })).split('\n')).to.deep.equal([
        'INCOMPLETE  pt_xyz  dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34',
        '        INCOMPLETE: no triggers (TRIGGERS_NOT_GRANTED)',
        '          what to do: GRANT …',
        '        UNVERIFIED: not checked (NO_MANIFEST)',
        '        warning: one (CLIENT_OLDER_THAN_SERVER)',
      ]);
    });
  });

  describe('of a database that has lost something', () => {
    const shrunk = outcome({
      findings: [finding('CLIENT_OLDER_THAN_SERVER', 'one'), finding('SHRUNK', LOSS.message, 'Check the database.')],
      loss: LOSS,
    });

    it('is never ok, and says first what was lost', () =>
      expect(describeOutcome(shrunk).split('\n')).to.deep.equal([
        'SHRUNK  pt_xyz  dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34',
        `        LOSS: lost since backup 33 (${inLocalTime('2025-12-31 00:00:00')}): table faktur (SHRUNK)`,
        '          what to do: Check the database.',
        '        warning: one (CLIENT_OLDER_THAN_SERVER)',
      ]));

    it('says what was lost before all other findings, also before heavier ones', () => {
      const findings = [
        finding('BROKEN_VIEW', 'v is broken', 'DROP VIEW `v`;'),
        finding('DATABASE_EMPTIED', 'backup 33 had 2 rows in all, this one has none'),
        finding('SHRUNK', LOSS.message),
      ];
      const lines = describeOutcome(outcome({ state: 'incomplete', findings })).split('\n');
      expect(lines.flatMap(line => /\((\w+)\)$/.exec(line)?.[1] ?? [])).to.deep.equal([
        'DATABASE_EMPTIED',
        'SHRUNK',
        'BROKEN_VIEW',
      ]);
    });

    it('names the backup of an earlier night that has the loss, with what to do, when this one is not it', () =>
      expect(
        describeOutcome(outcome({ state: 'incomplete', backupId: 35, loss: LOSS }))
          .split('\n')
          .slice(1),
      ).to.deep.equal([
        `        LOSS: backup 34 (${inLocalTime('2026-01-01 00:00:00')}): lost since backup 33 (${inLocalTime('2025-12-31 00:00:00')}): table faktur; not accepted (SHRUNK)`,
        `          what to do: Check the database. Backup 33 (${inLocalTime('2025-12-31 00:00:00')}) still has what was lost: sade restore pt_xyz --into pt_xyz_restored --at 33. How to bring it back: ${RESTORE_GUIDE}. If it was removed on purpose: sade accept 34 --reason 'why'`,
      ]));

    it('says so when the backup that had it is damaged, or no longer on the service', () => {
      const told = (reference: Partial<UnacceptedLoss['reference']>) =>
        describeOutcome(failed({ loss: { ...LOSS, reference: { ...LOSS.reference, ...reference } } }));
      expect(told({ state: 'damaged' })).to.contain(
        `Backup 33 (${inLocalTime('2025-12-31 00:00:00')}) had what was lost, and is damaged now`,
      );
      const instead = { id: 31, file_name: 'x', timestamp: '2025-12-29 00:00:00' };
      expect(told({ state: 'damaged', instead })).to.contain(
        `is damaged now; backup 31 (${inLocalTime('2025-12-29 00:00:00')}) still has what was lost: sade restore pt_xyz --into pt_xyz_restored --at 31.`,
      );
      expect(told({ id: null, state: null })).to.contain(
        `The backup of ${inLocalTime('2025-12-31 00:00:00')} had what was lost; the service no longer has`,
      );
    });
  });

  it('says what many databases share with the first of them only', () => {
    const cause = { where: '127.0.0.1:3306', why: 'refuses connections' };
    const away = (database: string, other = cause) =>
      failed({ database, failure: { stage: 'dump', message: 'ECONNREFUSED', advice: 'Start it.', cause: other } });
    const lines = new OutcomeLines();
    expect(lines.describe(away('a'))).to.equal('FAILED  a  dump: ECONNREFUSED\n        what to do: Start it.');
    expect(lines.describe(away('b'))).to.equal('FAILED  b  dump: 127.0.0.1:3306 refuses connections, as said above');
    expect(lines.describe(away('c', { ...cause, where: '127.0.0.1:3307' }))).to.contain('what to do: Start it.');
  });
});
