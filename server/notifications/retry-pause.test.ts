import { expect } from 'chai';
import fc from 'fast-check';
import { retryPauseMs } from './retry-pause.ts';

describe('Pauses between attempts', () => {
  it('grow from half a minute to a quarter of an hour', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 500].map(attempts => retryPauseMs(attempts, undefined, 0.5) / 1000);
    expect(pauses).to.deep.equal([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('are as long as the other side asks, up to an hour', () => {
    expect(retryPauseMs(1, 90_000, 0.5)).to.equal(90_000);
    expect(retryPauseMs(1, 86_400_000, 0.5)).to.equal(3_600_000);
    expect(retryPauseMs(9, 1_000, 0.5)).to.equal(900_000);
  });

  it('are bounded for all that can be asked', () => {
    const wanted = fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined });
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), wanted, chance, (attempts, wantedMs, random) => {
        expect(retryPauseMs(attempts, wantedMs, random)).to.be.within(24_000, 3_600_000);
      }),
    );
  });
});
