import { expect } from 'chai';
import { type FindingCode, finding } from '../../protocol/finding.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { table } from '../terminal/table.ts';
import { describeOutcome, deservesLook, exitCodeOf, type RunReport, summarize, tabulate } from './run-report.ts';

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
const report = (outcomes: Outcome[], more: Partial<RunReport> = {}): RunReport => ({
  startedAt: new Date('2026-01-01T00:00:00Z'),
  endedAt: new Date('2026-01-01T00:03:05Z'),
  exitCode: 0,
  server: 'http://127.0.0.1:3000/',
  total: outcomes.filter(outcome => !outcome.isLeftover).length,
  outcomes,
  notDone: [],
  kept: [],
  ...more,
});

describe('report', () => {
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
      const one = finding('CLIENT_OLDER', 'one');
      expect(describeOutcome(outcome({ findings: [one, finding('ROWS_FELL', 'two', 'Look.')] }))).to.match(
        /id 34\n {8}warning: one \(CLIENT_OLDER\)\n {8}warning: two \(ROWS_FELL\)\n {10}what to do: Look\.$/,
      );
      expect(describeOutcome(failed({ findings: [one] }))).to.match(
        /^FAILED {2}pt_xyz {2}dump: it broke\n {8}warning: one \(CLIENT_OLDER\)$/,
      );
    });

    it('never calls an incomplete backup ok, and says first what is missing', () => {
      const findings = [
        finding('CLIENT_OLDER', 'one'),
        finding('TRIGGERS_NOT_GRANTED', 'no triggers', 'GRANT …'),
        finding('NO_MANIFEST', 'nobody looked'),
      ];
      expect(describeOutcome(outcome({ state: 'incomplete', findings })).split('\n')).to.deep.equal([
        'INCOMPLETE  pt_xyz  dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34',
        '        INCOMPLETE: no triggers (TRIGGERS_NOT_GRANTED)',
        '          what to do: GRANT …',
        '        UNVERIFIED: nobody looked (NO_MANIFEST)',
        '        warning: one (CLIENT_OLDER)',
      ]);
    });
  });

  describe('of a database that has lost something', () => {
    const shrunk = outcome({
      findings: [finding('CLIENT_OLDER', 'one'), finding('SHRUNK', LOSS.message, 'Check the database.')],
      loss: LOSS,
    });

    it('is never ok, and says first what was lost', () =>
      expect(describeOutcome(shrunk).split('\n')).to.deep.equal([
        'SHRUNK  pt_xyz  dump 2.0 MiB, zip 512.0 KiB, 4.2 s, id 34',
        '        LOSS: lost since backup 33 (2025-12-31 00:00:00 UTC): table faktur (SHRUNK)',
        '          what to do: Check the database.',
        '        warning: one (CLIENT_OLDER)',
      ]));

    it('says what was lost before all else that is wrong, whatever the weights', () => {
      const findings = [
        finding('BROKEN_VIEW', 'v is broken', 'DROP VIEW `v`;'),
        finding('DUMP_EMPTIED', 'backup 33 had 2 rows in all, this one has none'),
        finding('SHRUNK', LOSS.message),
      ];
      const lines = describeOutcome(outcome({ state: 'incomplete', findings })).split('\n');
      expect(lines.flatMap(line => /\((\w+)\)$/.exec(line)?.[1] ?? [])).to.deep.equal([
        'DUMP_EMPTIED',
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
        `        LOSS: backup 34 (${inLocalTime('2026-01-01 00:00:00')}): lost since backup 33 (${inLocalTime('2025-12-31 00:00:00')}): table faktur; no one has accepted that (SHRUNK)`,
        `          what to do: Check the database. Backup 33 (${inLocalTime('2025-12-31 00:00:00')}) still has it: sade download 33. If it was removed on purpose: sade accept 34 --reason 'why'`,
      ]));

    it('says so when the backup that had it is damaged, or not known any more', () => {
      const told = (reference: Partial<UnacceptedLoss['reference']>) =>
        describeOutcome(failed({ loss: { ...LOSS, reference: { ...LOSS.reference, ...reference } } }));
      expect(told({ state: 'damaged' })).to.contain(
        `Backup 33 (${inLocalTime('2025-12-31 00:00:00')}) had it, and is damaged now`,
      );
      const instead = { id: 31, file_name: 'x', timestamp: '2025-12-29 00:00:00' };
      expect(told({ state: 'damaged', instead })).to.contain(
        `is damaged now; backup 31 (${inLocalTime('2025-12-29 00:00:00')}) still has it: sade download 31.`,
      );
      const summary = (reference: Partial<UnacceptedLoss['reference']>) =>
        summarize(report([outcome({ loss: { ...LOSS, reference: { ...LOSS.reference, ...reference } } })]));
      expect(summary({ state: 'damaged', instead: null })).to.contain(
        'SHRUNK: pt_xyz (backup 33 had what was lost, and is damaged now).',
      );
      expect(summary({ state: 'damaged', instead })).to.contain('is damaged now; backup 31 has it).');
      expect(told({ id: null, state: null })).to.contain(
        `The backup of ${inLocalTime('2025-12-31 00:00:00')} had it; the service does not`,
      );
    });

    it('counts as backed up, is named in the summary, and makes the exit code 1', () => {
      expect(summarize(report([shrunk, outcome({ database: 'b' })]))).to.equal(
        '2 of 2 databases backed up in 3 min 05 s; SHRUNK: pt_xyz (backup 33 has what was lost).',
      );
      expect(exitCodeOf([shrunk, outcome({ database: 'b' })], 2)).to.equal(1);
      expect(exitCodeOf([outcome(), { ...shrunk, isLeftover: true }], 1), 'left by an earlier run').to.equal(1);
      expect(exitCodeOf([outcome({ findings: shrunk.findings })], 1), 'accepted, or made good since').to.equal(0);
      expect(exitCodeOf([failed({ loss: LOSS })], 1)).to.equal(2);
      expect(tabulate(report([shrunk]))).to.contain('pt_xyz    SHRUNK');
      expect(deservesLook(outcome({ loss: LOSS }))).to.equal(true);
    });
  });

  it('keeps quiet of what is complete, and of what is so every night', () => {
    const withFinding = (code: FindingCode) => outcome({ findings: [finding(code, 'x')] });
    const quiet = [outcome(), withFinding('NOT_TRANSACTIONAL'), withFinding('CLIENT_OLDER')];
    const loud = [
      ...[withFinding('ROWS_FELL'), withFinding('PARTIAL_AS_WANTED'), withFinding('DUMP_SAID')],
      ...[failed(), outcome({ state: 'incomplete' })],
    ];
    expect(quiet.map(deservesLook)).to.deep.equal([false, false, false]);
    expect(loud.map(deservesLook)).to.deep.equal([true, true, true, true, true]);
  });

  describe('of a run', () => {
    it('counts, so that silence never means success', () => {
      expect(summarize(report([outcome(), outcome({ database: 'b' })]))).to.equal(
        '2 of 2 databases backed up in 3 min 05 s.',
      );
      expect(summarize(report([outcome()]))).to.equal('1 of 1 database backed up in 3 min 05 s.');
    });

    it('names what failed, each once', () =>
      expect(
        summarize(report([outcome(), failed({ database: 'b' }), failed({ database: 'b', isLeftover: true })])),
      ).to.equal('1 of 2 databases backed up in 3 min 05 s; FAILED: b.'));

    it('does not count what is incomplete, and names it', () =>
      expect(
        summarize(report([outcome(), outcome({ database: 'b', state: 'incomplete' }), failed({ database: 'c' })])),
      ).to.equal('1 of 3 databases backed up in 3 min 05 s; INCOMPLETE: b; FAILED: c.'));

    it('does not count the zips of earlier runs as databases backed up', () =>
      expect(summarize(report([failed(), outcome({ isLeftover: true })]))).to.equal(
        '0 of 1 database backed up in 3 min 05 s; 1 zip of an earlier run delivered; FAILED: pt_xyz.',
      ));

    it('tells what waits in the work folder', () =>
      expect(summarize(report([failed()], { kept: ['/work/a.zip', '/work/b.zip'] }))).to.contain(
        '; 2 zips in the work folder for the next run to deliver.',
      ));

    it('tells what an interrupted run did not get through', () => {
      const run = report([outcome()], { total: 3, interruptedBy: 'SIGINT', notDone: ['b', 'c'] });
      expect(summarize(run)).to.equal(
        '1 of 3 databases backed up in 3 min 05 s; interrupted by SIGINT; not done: b, c.',
      );
      expect(summarize(report([outcome()], { interruptedBy: 'SIGTERM' }))).to.contain('not done: nothing');
    });
  });

  it('draws a table that a mail shows as a terminal does', () => {
    const lines = tabulate(
      report([outcome(), failed({ database: 'toko-buku' }), outcome({ database: 'c', state: 'incomplete' })]),
    ).split('\n');
    expect(lines).to.deep.equal([
      'database   result            dump        zip   time  id',
      'pt_xyz     ok             2.0 MiB  512.0 KiB  4.2 s  34',
      'toko-buku  FAILED (dump)  2.0 MiB  512.0 KiB  4.2 s',
      'c          INCOMPLETE     2.0 MiB  512.0 KiB  4.2 s  34',
    ]);
  });

  it('draws wide characters and no colours', () => {
    const drawn = table(
      ['a', 'b'],
      [
        ['データ', 1],
        ['🐱', 22],
      ],
      ['left', 'right'],
    );
    expect(drawn).not.to.contain('\u001b');
    expect(drawn.split('\n')).to.deep.equal(['a        b', 'データ   1', '🐱      22']);
  });
});
