import { expect } from 'chai';
import { failedOne, wellOne } from '../../testing/cli/nights.ts';
import { exitCodeOf } from './run-report.ts';

const failed = failedOne('f', { stage: 'dump', message: 'it broke' });
const loss = {
  id: 34,
  timestamp: 't',
  message: 'lost',
  reference: { id: 33, file_name: 'x', timestamp: 't', state: null },
};

describe('exit code of a run', () => {
  it('is 0 only when every database has a complete backup that has lost nothing', () => {
    expect(exitCodeOf([wellOne('a'), wellOne('b')], 2)).to.equal(0);
    expect(exitCodeOf([wellOne('a')], 2), 'one was not done').to.equal(1);
    expect(exitCodeOf([wellOne('a', { state: 'incomplete' })], 1)).to.equal(1);
    expect(exitCodeOf([wellOne('a', { loss })], 1)).to.equal(1);
    expect(exitCodeOf([wellOne('a'), failed], 2)).to.equal(1);
  });

  it('is 2 when there is no backup at all', () => {
    expect(exitCodeOf([failed], 1)).to.equal(2);
    expect(exitCodeOf([{ ...failed, loss }], 1)).to.equal(2);
    expect(exitCodeOf([failed, wellOne('f', { isLeftover: true })], 1), 'but one of an earlier run').to.equal(2);
  });

  it('reports what an earlier run left', () => {
    expect(exitCodeOf([wellOne('a'), { ...failed, isLeftover: true }], 1)).to.equal(1);
    expect(exitCodeOf([wellOne('a'), wellOne('b', { isLeftover: true, loss })], 1)).to.equal(1);
  });
});
