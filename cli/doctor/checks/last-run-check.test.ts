import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { mergeReports } from '../../mail/merge-reports.ts';
import type { LastRun } from '../../report/last-run.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { checkLastRun } from './last-run-check.ts';

const OUTCOME = {
  ...{ database: 'a', state: 'complete' as const, isLeftover: false, seconds: 1, fileName: 'f', findings: [] },
  startedAt: new Date(),
};
const RUN: LastRun = {
  ...{
    startedAt: new Date('2026-01-02T01:30:00Z'),
    endedAt: new Date('2026-01-02T01:40:00Z'),
    exitCode: 0,
    server: 'http://h/',
  },
  ...{ total: 1, outcomes: [OUTCOME], notDone: [], kept: [] },
};
const NEXT_MORNING = new Date('2026-01-02T08:00:00Z');
const marks = (run: LastRun | undefined, now = NEXT_MORNING) => checkLastRun(run, now).map(({ mark }) => mark);
const said = (run: LastRun) =>
  checkLastRun(run, NEXT_MORNING)
    .map(({ message, advice }) => `${message} ${advice}`)
    .join('\n');

describe('last run check', () => {
  it('says how to make the first run, and that nothing is wrong', () => {
    const [only, ...more] = checkLastRun(undefined);
    expect(more).to.be.empty;
    expect(only).to.deep.include({
      mark: 'ok',
      message: 'no run from this work folder yet; start one with sade backup',
    });
    expect(only).not.to.have.property('advice');
  });

  it('is fine with one that ended well last night', () => {
    expect(marks(RUN)).to.deep.equal(['ok']);
    expect(said(RUN)).to.contain(
      `ended with exit code 0: 1 of 1 database ok, ${inLocalTime(RUN.startedAt).slice(0, 6)}`,
    );
  });

  it('warns of one that is older than a day and some', () => {
    expect(marks(RUN, new Date('2026-01-03T03:29:00Z'))).to.deep.equal(['ok']);
    expect(marks(RUN, new Date('2026-01-03T03:31:00Z'))).to.deep.equal(['ok', 'warn']);
  });

  it('tells what failed, and what to do', () => {
    const failure = { stage: 'dump' as const, message: 'no such host', advice: 'Check db_host.' };
    const run = {
      ...RUN,
      exitCode: 1,
      outcomes: [OUTCOME, { ...OUTCOME, database: 'b', state: 'failed' as const, failure }],
    };
    expect(marks(run)).to.deep.equal(['FAIL', 'FAIL']);
    expect(said(run))
      .to.contain('ended with exit code 1')
      .and.contain('b failed in its dump: no such host Check db_host.');
  });

  it('tells what was incomplete, with each reason, and not of warnings', () => {
    const findings = [
      finding('TRIGGERS_NOT_GRANTED', 'no right to see triggers', 'GRANT TRIGGER …'),
      finding('NOT_TRANSACTIONAL', 'some tables have no transactions'),
    ];
    const run = { ...RUN, exitCode: 2, outcomes: [{ ...OUTCOME, state: 'incomplete' as const, findings }] };
    expect(marks(run)).to.deep.equal(['FAIL', 'FAIL']);
    expect(said(run)).to.contain('a is incomplete: no right to see triggers (TRIGGERS_NOT_GRANTED) GRANT TRIGGER …');
    expect(said(run)).not.to.contain('transactions');
  });

  it('leaves it to the service whether a loss, for which alone a run exited with 1, is accepted since', () => {
    const reference = { id: 6, file_name: 'f', timestamp: '2026-01-01 01:30:00', state: 'complete' as const };
    const loss = { id: 7, timestamp: '2026-01-02 01:30:00', message: 'lost', reference };
    const run = { ...RUN, exitCode: 1, outcomes: [{ ...OUTCOME, loss }] };
    expect(marks(run)).to.deep.equal(['ok']);
    expect(said(run)).to.match(/ended with exit code 1: 1 of 1 database needs attention \(0 ok\), .*; SHRUNK: a/);
    const failed = { ...OUTCOME, database: 'b', state: 'failed' as const, loss };
    expect(marks({ ...run, total: 2, outcomes: [{ ...OUTCOME, loss }, failed] })).to.deep.equal(['FAIL']);
    expect(marks({ ...run, total: 2, notDone: ['b'] })).to.deep.equal(['FAIL', 'FAIL']);
  });

  it('tells that it was interrupted, and what was not done', () => {
    const run = { ...RUN, exitCode: 130, interruptedBy: 'SIGINT' as const, total: 2, notDone: ['b'] };
    expect(marks(run)).to.deep.equal(['FAIL', 'FAIL']);
    expect(said(run))
      .to.contain('ended with exit code 130: Interrupted (SIGINT): 1 of 2 databases not done')
      .and.contain('not done: b');
  });

  it('tells how the mail of the run of all began, and of a later run with --only in a line of its own', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const night = {
      ...{ ...RUN, exitCode: 1, total: 6 },
      outcomes: names.map(database => ({
        ...{ ...OUTCOME, database, fileName: database, state: database === 'b' ? ('failed' as const) : OUTCOME.state },
        failure: database === 'b' ? { stage: 'dump' as const, message: 'down' } : undefined,
      })),
    } as LastRun;
    const later = (outcomes: LastRun['outcomes'], more: Partial<LastRun> = {}): LastRun => ({
      ...{
        ...RUN,
        startedAt: new Date('2026-01-02T07:00:00Z'),
        endedAt: NEXT_MORNING,
        total: 1,
        only: ['b'],
        outcomes,
      },
      ...more,
    });
    const all = /ended with exit code 1: 1 of 6 databases needs attention \(5 ok\), /;
    const fixed = mergeReports(night, later([{ ...OUTCOME, database: 'b' }]));
    const [whole, only, ...rest] = checkLastRun(fixed, NEXT_MORNING);
    expect([whole!.mark, only!.mark, rest.length]).to.deep.equal(['ok', 'ok', 0]);
    expect(whole!.message).to.match(all);
    expect(whole!.subject).to.equal(`of ${inLocalTime(RUN.startedAt)}`);
    expect(only!.message).to.match(/^later sade backup --only b ended with exit code 0: 1 of 1 database ok, /);
    expect(checkLastRun(fixed, new Date('2026-01-03T03:31:00Z')).map(({ mark }) => mark)).to.deep.equal([
      ...['ok', 'ok', 'warn'],
    ]);
    const outage = mergeReports(night, later(night.outcomes.slice(1, 2), { exitCode: 2 }));
    expect(marks(outage)).to.deep.equal(['ok', 'FAIL', 'FAIL']);
    expect(said(outage))
      .to.match(all)
      .and.match(/later .* code 2: 1 of 1 database needs attention \(0 ok\)/);
    const cut = mergeReports(night, later([], { exitCode: 130, interruptedBy: 'SIGINT', notDone: ['b'] }));
    expect(marks(cut)).to.deep.equal(['ok', 'FAIL', 'FAIL']);
    expect(said(cut))
      .to.match(all)
      .and.match(/--only b ended with exit code 130: Interrupted \(SIGINT\): 1 of 1 database not done/);
    const another = mergeReports(night, later([{ ...OUTCOME, database: 'c' }], { only: ['c'] }));
    expect(marks(another), 'b has still failed').to.deep.equal(['FAIL', 'ok', 'FAIL']);
    expect(said({ ...RUN, only: ['a'] })).to.contain(
      'a run with --only, which ended with exit code 0: 1 of 1 database ok',
    );
  });

  it('says what several zips of one database lack once', () => {
    const findings = [finding('TRIGGERS_NOT_GRANTED', 'no right to see triggers', 'GRANT TRIGGER …')];
    const outcomes = ['f1', 'f2', 'f3'].map(fileName => ({
      ...{ ...OUTCOME, fileName, isLeftover: fileName !== 'f3', state: 'incomplete' as const, findings },
    }));
    expect(marks({ ...RUN, exitCode: 1, outcomes })).to.deep.equal(['FAIL', 'FAIL']);
  });
});
