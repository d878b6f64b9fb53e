import { expect } from 'chai';
import { bytesPerDay } from './bytes-per-day.ts';
import { NO_BACKUPS } from './daily-totals.ts';

describe('how fast a storage grows', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const today = Math.floor(now.getTime() / 86_400_000);
  const growth = (bytes: Readonly<Record<number, number>>) =>
    bytesPerDay(
      { byDay: new Map(Object.entries(bytes).map(([ago, n]) => [today - Number(ago), { ...NO_BACKUPS, bytes: n }])) },
      now,
    );

  it('is the average of the last two weeks, days without a backup among them', () => {
    expect(growth({ 14: 700, 7: 700, 1: 0 })).to.equal(100);
  });

  it('leaves out today, which is not over, and what is older', () => {
    expect(growth({ 15: 10_000, 14: 1_400, 0: 10_000 })).to.equal(100);
  });

  it('is that of fewer days where the first backup is younger, and 0 before it', () => {
    expect(growth({ 2: 100, 1: 300 })).to.equal(200);
    expect(growth({ 0: 100 })).to.equal(0);
  });
});
