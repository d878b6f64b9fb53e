import { expect } from 'chai';
import { createThrottle } from './throttle.ts';

const never = new AbortController().signal;

/** @returns how long it takes to spend so much, in milliseconds */
async function spending(pace: ReturnType<typeof createThrottle>, pieces: number, bytes: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < pieces; i++) {
    pace.spend(bytes);
    await pace.rest(never);
  }
  return performance.now() - start;
}

describe('the pace of a scrub', () => {
  it('lets no more through than its limit, on the average', async () => {
    expect(await spending(createThrottle(1_000_000), 30, 10_000)).to.be.within(290, 600);
  });

  it('has no limit with 0', async () => {
    expect(await spending(createThrottle(0), 1_000, 1e9)).to.be.lessThan(200);
  });

  it('slows down after a fast part', async () => {
    const pace = createThrottle(1_000_000);
    pace.spend(200_000);
    expect(await spending(pace, 1, 1)).to.be.within(190, 500);
  });

  it('catches up after a short delay, but not after a long pause', async () => {
    const { now } = performance;
    let skipped = 0;
    performance.now = () => now.call(performance) + skipped;
    try {
      const pace = createThrottle(1_000_000);
      skipped = 100;
      expect(await spending(pace, 1, 90_000)).to.be.lessThan(60);
      skipped += 3_600_000;
      expect(await spending(pace, 1, 1_200_000)).to.be.within(190, 500);
    } finally {
      performance.now = now;
    }
  });

  it('ends its pause at once when it is stopped', async () => {
    const pace = createThrottle(1);
    const stop = new AbortController();
    pace.spend(1_000_000);
    const resting = pace.rest(stop.signal);
    stop.abort();
    expect((await resting.catch(error => error)).name).to.equal('AbortError');
  });
});
