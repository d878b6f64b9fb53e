import { expect } from 'chai';
import { minuteOf } from './minute.ts';

describe('an instant to the minute', () => {
  it('is in UTC, or on the clocks of a zone with its offset and its name', () => {
    const at = new Date('2026-11-29T18:07:59Z');
    expect(minuteOf(at)).to.equal('2026-11-29 18:07 UTC');
    expect(minuteOf(at, 'Asia/Jakarta')).to.equal('2026-11-30 01:07 +07:00 (Asia/Jakarta)');
    expect(minuteOf(at, 'America/St_Johns')).to.equal('2026-11-29 14:37 -03:30 (America/St_Johns)');
    expect(minuteOf(at, 'Europe/London')).to.equal('2026-11-29 18:07 +00:00 (Europe/London)');
    expect(minuteOf(new Date('2026-11-29T17:00:00Z'), 'Asia/Jakarta')).to.match(/^2026-11-30 00:00/);
  });

  it('is told apart from the same hour before the clocks were set back', () => {
    const twice = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(at => minuteOf(new Date(at), 'Europe/Warsaw'));
    expect(twice).to.deep.equal(['2026-10-25 02:30 +02:00 (Europe/Warsaw)', '2026-10-25 02:30 +01:00 (Europe/Warsaw)']);
  });
});
