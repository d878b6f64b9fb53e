import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import type { LastRun } from '../report/last-run.ts';
import { inLocalTime } from '../terminal/local-time.ts';
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
  it('says how to make one where there was none, and that nothing is wrong', () => {
    const [only, ...more] = checkLastRun(undefined);
    expect(more).to.be.empty;
    expect(only).to.deep.include({
      mark: 'ok',
      message: 'there was none from this work folder yet; sade backup makes one',
    });
    expect(only).not.to.have.property('advice');
  });

  it('is fine with one that ended well last night', () => {
    expect(marks(RUN)).to.deep.equal(['ok']);
    expect(said(RUN)).to.contain('1 of 1 complete');
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
    expect(said(run)).to.contain('ended with code 1').and.contain('b failed in its dump: no such host Check db_host.');
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

  it('leaves it to the service whether a loss, for which alone a run ended with 1, is accepted since', () => {
    const reference = { id: 6, file_name: 'f', timestamp: '2026-01-01 01:30:00', state: 'complete' as const };
    const loss = { id: 7, timestamp: '2026-01-02 01:30:00', message: 'lost', reference };
    const run = { ...RUN, exitCode: 1, outcomes: [{ ...OUTCOME, loss }] };
    expect(marks(run)).to.deep.equal(['ok']);
    expect(said(run)).to.contain('ended with code 1; 1 of 1 complete; SHRUNK: a');
    const failed = { ...OUTCOME, database: 'b', state: 'failed' as const, loss };
    expect(marks({ ...run, total: 2, outcomes: [{ ...OUTCOME, loss }, failed] })).to.deep.equal(['FAIL']);
    expect(marks({ ...run, total: 2, notDone: ['b'] })).to.deep.equal(['FAIL', 'FAIL']);
  });

  it('tells that it was interrupted, and what was not done', () => {
    const run = { ...RUN, exitCode: 130, interruptedBy: 'SIGINT' as const, total: 2, notDone: ['b'] };
    expect(marks(run)).to.deep.equal(['FAIL', 'FAIL']);
    expect(said(run)).to.contain('interrupted by SIGINT').and.contain('not done: b');
  });

  it('tells the time of the run of all, and that of a later run with --only beside it', () => {
    const amendedBy = {
      startedAt: new Date('2026-01-02T07:00:00Z'),
      endedAt: NEXT_MORNING,
      exitCode: 0,
      databases: ['b'],
    };
    const fixed = { ...RUN, exitCode: 1, total: 2, amendedBy, outcomes: [OUTCOME, { ...OUTCOME, database: 'b' }] };
    expect(marks(fixed)).to.deep.equal(['ok']);
    expect(said(fixed)).to.contain(
      `ended with code 1; with the run of 1 database at ${inLocalTime(amendedBy.startedAt)} it is 2 of 2 complete`,
    );
    expect(checkLastRun(fixed)[0]!.subject).to.equal(`of ${inLocalTime(RUN.startedAt)}`);
    expect(checkLastRun(fixed, new Date('2026-01-03T03:31:00Z')).map(({ mark }) => mark)).to.deep.equal(['ok', 'warn']);
    const worse = { ...RUN, amendedBy, outcomes: [{ ...OUTCOME, state: 'incomplete' as const }] };
    expect(marks(worse)[0]).to.equal('FAIL');
    expect(said({ ...RUN, only: ['a'] })).to.contain('ended with code 0 (a run with --only); 1 of 1 complete');
  });
});
