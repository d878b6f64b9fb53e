import { expect } from 'chai';
import { RecentSpeed } from './recent-speed.ts';

describe('a recent speed', () => {
  /** @returns the speeds that are shown every 200 ms, while so many bytes are done by then */
  const shown = (doneAfter: (ms: number) => number, untilMs: number) => {
    let now = 1000;
    const speed = new RecentSpeed(doneAfter(0), () => now);
    const speeds: (number | undefined)[] = [];
    for (let ms = 200; ms <= untilMs; ms += 200) {
      now = 1000 + ms;
      speeds.push(speed.at(doneAfter(ms)));
    }
    return speeds;
  };

  it('is that of the real time, however often it is shown, and none in the first second', () => {
    const speeds = shown(ms => 50 * ms, 20_000);
    expect(speeds.slice(0, 4)).to.deep.equal([undefined, undefined, undefined, undefined]);
    for (const speed of speeds.slice(4)) expect(speed).to.equal(50_000);
  });

  it('is that of the last five seconds: what has come to a standstill goes down to 0', () => {
    const speeds = shown(ms => 50 * Math.min(ms, 4000), 12_000);
    expect(speeds[20]).to.be.within(40_000, 50_000);
    expect(speeds.at(-1)).to.equal(0);
  });

  it('restarts when the work restarts', () => {
    const speeds = shown(ms => (ms < 4000 ? 50 * ms : 10 * (ms - 4000)), 8000);
    for (const speed of speeds) if (speed !== undefined) expect(speed).to.be.within(0, 50_000);
    expect(speeds.at(-1)).to.equal(10_000);
  });
});
