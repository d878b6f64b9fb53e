import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import type { DatabaseList } from '../../protocol/responses.ts';
import { failedOne, NIGHT, reportOf, wellOne, ZONE } from '../../testing/cli/nights.ts';
import { ReportClock } from '../report/clock.ts';
import { describeLastGood, withHistory } from './last-good.ts';

const { lastGood: _, ...FAILED } = failedOne('a', { stage: 'dump', message: 'it broke' });
const backup = (id: number, state: 'complete' | 'incomplete', timestamp = '2026-11-26 18:30:00') => ({
  ...{ id, state, timestamp, file_name: 'x' },
});
const lists = (latest_backup: object, more: object = {}) =>
  [{ database_name: 'a', latest_backup, ...more }] as unknown as DatabaseList['data'];

describe('last good backup', () => {
  const good = (listed: DatabaseList['data'] | undefined, before = reportOf([])) =>
    withHistory([FAILED], listed, before)[0]!.lastGood;
  const GOOD = { id: 7, takenAt: new Date('2026-11-26T18:30:00Z') };

  it('is the newest complete one that the service lists', () => {
    expect(good(lists(backup(8, 'incomplete'), { latest_complete: backup(7, 'complete') }))).to.deep.equal(GOOD);
    expect(good(lists(backup(8, 'incomplete'), { latest_complete: null }))).to.equal(null);
    expect(good([]), 'a database that it does not know').to.equal(null);
  });

  it('is the latest one, if complete, of a service of before, which does not say which one it is', () => {
    expect(good(lists(backup(7, 'complete')))).to.deep.equal(GOOD);
    expect(good(lists(backup(8, 'incomplete')))).to.equal(undefined);
  });

  it('is what the last run left, when the service does not answer', () => {
    const night = wellOne('a', { backupId: 7, startedAt: GOOD.takenAt });
    expect(good(undefined, reportOf([night]))).to.deep.equal(GOOD);
    expect(good(undefined, reportOf([{ ...FAILED, lastGood: GOOD }])), 'which had it from a run before').to.deep.equal(
      GOOD,
    );
    expect(good(undefined, reportOf([{ ...FAILED, lastGood: null }]))).to.equal(null);
    expect(good(undefined, reportOf([{ ...night, isLeftover: true }]))).to.equal(undefined);
    expect(withHistory([FAILED], undefined, undefined)[0]).not.to.have.property('lastGood');
  });

  it('is asked for of what is not complete only; the loss of an earlier night comes with it', () => {
    const reference = { id: 5, file_name: 'x', timestamp: '2026-11-25 18:30:00', state: 'complete' };
    const unaccepted_loss = { id: 7, timestamp: '2026-11-26 18:30:00', message: 'lost', reference };
    const listed = lists(backup(7, 'complete'), { unaccepted_loss });
    expect(withHistory([FAILED], listed, undefined)[0]!.loss).to.deep.equal(unaccepted_loss);
    const well = wellOne('a');
    expect(withHistory([well], listed, undefined)).to.deep.equal([well]);
    const left = { ...FAILED, isLeftover: true };
    expect(withHistory([left], listed, undefined)[0]).not.to.have.property('loss');
  });

  it('leaves a loss in the mail while the service does not answer, as the last run knew it, also of an incomplete backup', () => {
    const reference = { id: 5, file_name: 'x', timestamp: '2026-11-25 18:30:00', state: 'complete' as const };
    const loss = { id: 7, timestamp: '2026-11-26 18:30:00', message: 'lost', reference };
    expect(withHistory([FAILED], undefined, reportOf([wellOne('a', { loss })]))[0]!.loss).to.deep.equal(loss);
    expect(withHistory([FAILED], [], reportOf([wellOne('a', { loss })]))[0], 'as it says').not.to.have.property('loss');
    const shrunk = finding('SHRUNK', 'lost since backup 5 (2026-11-25 18:30:00 UTC): table t');
    const partly = wellOne('a', { state: 'incomplete', findings: [shrunk, finding('BROKEN_VIEW', 'v')] });
    const [night] = withHistory([FAILED], undefined, reportOf([partly]));
    expect(night!.findings).to.deep.equal([shrunk]);
    expect(withHistory([FAILED], undefined, reportOf([night!]))[0]!.findings, 'and the night after').to.deep.equal([
      shrunk,
    ]);
  });

  it('is told in one sentence for those that share a cause', () => {
    const zone = process.env.TZ;
    process.env.TZ = ZONE;
    try {
      const at = (lastGood?: string | null) =>
        lastGood === undefined
          ? FAILED
          : { ...FAILED, lastGood: lastGood === null ? null : { id: 1, takenAt: new Date(lastGood) } };
      const told = (...times: (string | null | undefined)[]) =>
        describeLastGood(times.map(at), new ReportClock(NIGHT.startedAt));
      expect(told('2026-11-26T18:30:00Z', '2026-11-26T18:31:59Z')).to.equal('last good: 27 Nov 01:30–01:31');
      expect(told('2026-11-26T18:30:00Z', '2026-11-20T18:30:00Z')).to.equal(
        'last good: a 21 Nov 01:30, the others 27 Nov 01:30',
      );
      expect(told('2025-11-26T18:30:00Z')).to.equal('last good: 27 Nov 2025 01:30');
      expect(told('2026-11-26T18:30:00Z', null, undefined)).to.equal(
        'last good: a never, not known of 1, the others 27 Nov 01:30',
      );
      expect([told(null), told(undefined)]).to.deep.equal(['last good: never', 'last good: not known']);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
