import { expect } from 'chai';
import type { LastRun } from '../../report/last-run.ts';
import { bytesOfAllZips, bytesUnderWay, estimateTime, exceptUnknown } from './estimate.ts';

const MIB = 2 ** 20;
const lastRun = (...outcomes: object[]) => ({ outcomes }) as unknown as LastRun;
const outcome = { database: 'a', isLeftover: false, state: 'complete', seconds: 10, dumpBytes: 100 * MIB };

describe('estimate', () => {
  it('goes by the speed of the last run', () => {
    expect(estimateTime('a', 200 * MIB, lastRun(outcome)).seconds).to.equal(20);
    expect(estimateTime('a', 200 * MIB, lastRun(outcome)).basis).to.contain('last run');
  });

  it('takes as long as the last time where the dump was too small to tell a speed', () => {
    expect(estimateTime('a', 100 * MIB, lastRun({ ...outcome, dumpBytes: 1000 })).seconds).to.equal(10);
  });

  it('is a rough guess, and says so, where there is no run of that database to go by', () => {
    for (const without of [
      undefined,
      lastRun(),
      lastRun({ ...outcome, database: 'b' }),
      lastRun({ ...outcome, isLeftover: true }),
      lastRun({ ...outcome, state: 'failed' }),
      lastRun({ ...outcome, dumpBytes: undefined }),
      lastRun({ ...outcome, seconds: 0 }),
    ]) {
      const { seconds, basis } = estimateTime('a', 120 * MIB, without);
      expect(seconds).to.equal(3);
      expect(basis).to.contain('rough guess');
    }
  });

  it('counts the largest dumps that the workers can hold at once', () => {
    const sizes = { dumpBytes: [10, 3000, 20, 600, 90], unknown: [] };
    const workers = { dumpWorkers: 1, zipWorkers: 1, uploadWorkers: 1 };
    expect(bytesUnderWay(sizes, workers)).to.equal(3600 + 1200);
    expect(bytesUnderWay(sizes, { ...workers, dumpWorkers: 64, uploadWorkers: 64 })).to.equal(3720 + 1240);
    expect(bytesOfAllZips(sizes)).to.equal(1240);
    expect(sizes.dumpBytes[0], 'the list is not sorted in place').to.equal(10);
  });

  it('says whose size is not known', () => {
    expect(exceptUnknown({ dumpBytes: [], unknown: ['a', 'b'] })).to.contain('a, b');
    expect(exceptUnknown({ dumpBytes: [], unknown: [] })).to.equal('');
  });
});
