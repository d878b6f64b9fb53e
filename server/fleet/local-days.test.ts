import { expect } from 'chai';
import { lastLocalDays } from './local-days.ts';

describe('the last days of a zone', () => {
  const days = (zone: string, now: string, count: number) =>
    lastLocalDays(zone, new Date(now), count).map(({ day, from, before }) => [
      day,
      from.toISOString().slice(0, 16),
      (before.getTime() - from.getTime()) / 3_600_000,
    ]);

  it('end with the day that it is there, which may be a different one than in UTC', () => {
    expect(days('Asia/Jakarta', '2026-11-29T17:30:00Z', 2)).to.deep.equal([
      ['2026-11-29', '2026-11-28T17:00', 24],
      ['2026-11-30', '2026-11-29T17:00', 24],
    ]);
    expect(days('America/New_York', '2026-11-29T04:59:59Z', 1)).to.deep.equal([['2026-11-28', '2026-11-28T05:00', 24]]);
    expect(days('Asia/Kathmandu', '2026-11-29T12:00:00Z', 1)).to.deep.equal([['2026-11-29', '2026-11-28T18:15', 24]]);
    expect(days('Pacific/Kiritimati', '2026-11-29T12:00:00Z', 1)).to.deep.equal([
      ['2026-11-30', '2026-11-29T10:00', 24],
    ]);
  });

  it('have 23 or 25 hours where the clocks change, and none is left out or there twice', () => {
    expect(days('Europe/Warsaw', '2026-10-26T12:00:00Z', 3)).to.deep.equal([
      ['2026-10-24', '2026-10-23T22:00', 24],
      ['2026-10-25', '2026-10-24T22:00', 25],
      ['2026-10-26', '2026-10-25T23:00', 24],
    ]);
    expect(days('Europe/Warsaw', '2026-03-29T12:00:00Z', 1)).to.deep.equal([['2026-03-29', '2026-03-28T23:00', 23]]);
    const names = days('Europe/Warsaw', '2026-04-10T12:00:00Z', 30).map(([day]) => day);
    expect(new Set(names)).to.have.length(30);
    expect(names.at(-1)).to.equal('2026-04-10');
  });

  it('begin at one o’clock where the clocks change at midnight', () => {
    expect(days('Africa/Cairo', '2026-04-24T12:00:00Z', 2)).to.deep.equal([
      ['2026-04-23', '2026-04-22T22:00', 24],
      ['2026-04-24', '2026-04-23T22:00', 23],
    ]);
  });
});
