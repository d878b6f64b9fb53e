import { expect } from 'chai';
import { Cron } from 'croner';
import type { Every } from '../../protocol/contract.ts';
import { backupsPerDay } from './backups-per-day.ts';

const HOUR_MS = 3_600_000;
const NOW = new Date('2026-11-30T04:00:00Z');

function perDay(every: Every, now = NOW): number {
  return backupsPerDay({ groups: {}, databases: {}, defaults: { every } } as never, 'pt_xyz', now);
}

const cron = (expression: string, timezone = 'Asia/Jakarta'): Every => ({ kind: 'cron', expression, timezone });

describe('how many backups a day the configuration asks for', () => {
  it('is counted over the 24 hours from now on', () => {
    expect(perDay(cron('30 1 * * *'))).to.equal(1);
    expect(perDay(cron('30 * * * *'))).to.equal(24);
    expect(perDay(cron('0 9,18,21 * * *'))).to.equal(3);
    expect(perDay(cron('7,22,37,52 8-17 * * *'))).to.equal(40);
    expect(perDay({ kind: 'interval', ms: 7 * HOUR_MS })).to.equal(4);
  });

  it('includes a time at the end of the 24 hours only when it is before that end', () => {
    // 04:00 UTC is 11:00 in Jakarta.
    expect(perDay(cron('0 11,12 * * *'))).to.equal(1);
    expect(perDay(cron('0 11,12 * * *'), new Date(NOW.getTime() + 1))).to.equal(2);
  });

  it('is at least one: a weekly backup, and an expression that names no day, count as one a day', () => {
    expect(perDay(cron('0 1 * * 0'))).to.equal(1);
    expect(perDay(cron('0 1 30 2 *'))).to.equal(1);
    expect(perDay(cron('no expression'))).to.equal(1);
  });

  it('is at most one a minute', () => {
    expect(perDay(cron('* * * * *'))).to.be.within(1_439, 1_440);
    expect(perDay(cron('* * * * * *'))).to.equal(1_440);
    expect(perDay({ kind: 'interval', ms: 1_000 })).to.equal(1_440);
  });

  it('follows the clocks of the time zone', () => {
    const springDay = new Date('2026-03-28T23:30:00Z'); // in Warsaw 02:00 to 03:00 is left out that night
    expect(perDay(cron('15 2,3,4 * * *', 'Europe/Warsaw'), springDay)).to.equal(2);
  });

  it('looks no further than a day ahead', () => {
    const { nextRun } = Cron.prototype;
    let asked = 0;
    Cron.prototype.nextRun = function (...args) {
      asked += 1;
      return nextRun.apply(this, args);
    };
    try {
      perDay(cron('30 1 * * *'));
    } finally {
      Cron.prototype.nextRun = nextRun;
    }
    expect(asked, 'the next night, and the one that is over a day away').to.equal(2);
  });
});
