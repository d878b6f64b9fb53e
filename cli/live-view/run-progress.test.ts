import { expect } from 'chai';
import { RunProgress } from './run-progress.ts';

describe('how far a run is', () => {
  const MIB = 2 ** 20;
  let now = 0;
  const progressOf = (expected: Record<string, number | undefined>) => {
    now = 0;
    return new RunProgress(new Map(Object.entries(expected)), () => now);
  };

  it('goes by the bytes of the dumps, not by their number', () => {
    const progress = progressOf({ small: 1 * MIB, large: 99 * MIB });
    progress.done('small');
    now = 60_000;
    expect(progress.overall).to.include({ done: 1, total: 2 });
    expect(progress.overall.share).to.be.closeTo(0.01, 0.001);
    progress.at('large', 'dump', 0.5);
    expect(progress.overall.share).to.be.closeTo(0.01 + 0.99 * 0.4, 0.001);
    progress.at('large', 'upload', 0.5);
    expect(progress.overall.share).to.be.closeTo(0.01 + 0.99 * 0.95, 0.001);
    progress.done('large');
    expect(progress.overall).to.include({ done: 2, share: 1, secondsLeft: 0 });
  });

  it('says how long it takes yet by its own speed, and nothing while that is a guess from too little', () => {
    const progress = progressOf({ a: MIB, b: MIB, c: MIB, d: MIB });
    progress.done('a');
    now = 4_000;
    expect(progress.overall.secondsLeft).to.equal(undefined);
    now = 10_000;
    expect(progress.overall.secondsLeft).to.be.closeTo(30, 0.1);
  });

  it('takes a database of unknown size for an average one, and counts databases where no size is known', () => {
    const progress = progressOf({ a: 10 * MIB, b: undefined });
    progress.done('a');
    expect(progress.overall.share).to.be.closeTo(0.5, 0.001);
    progress.expect('b', 30 * MIB);
    expect(progress.overall.share).to.be.closeTo(0.25, 0.001);
    const none = progressOf({ a: undefined, b: undefined });
    none.done('a');
    expect(none.overall).to.include({ share: 0.5, totalBytes: undefined });
  });

  it('never goes beyond the whole, and knows nothing of what is not in the run', () => {
    const progress = progressOf({ a: MIB });
    progress.at('a', 'upload', 5);
    progress.at('leftover', 'upload', 0.5);
    progress.done('leftover');
    expect(progress.overall).to.include({ done: 0, total: 1, share: 1 });
    expect(progressOf({}).overall).to.include({ done: 0, total: 0, share: 1 });
  });
});
