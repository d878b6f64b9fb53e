import { expect } from 'chai';
import fc from 'fast-check';
import { instantIn, localIn } from './local-instant.ts';

describe('a local time of a form', () => {
  const read = (zone: string, text: string) => instantIn(zone, text)?.toISOString();

  it('is a time in the zone that the page shows', () => {
    expect(read('Asia/Jakarta', '2026-11-30T07:05')).to.equal('2026-11-30T00:05:00.000Z');
    expect(read('UTC', '2026-11-30T07:05:09')).to.equal('2026-11-30T07:05:09.000Z');
    expect(read('Europe/Warsaw', '2026-07-01T12:00')).to.equal('2026-07-01T10:00:00.000Z');
  });

  it('is the first one where the clocks show it twice, and counts as before the jump where they leave it out', () => {
    expect(read('Europe/Warsaw', '2026-10-25T02:30')).to.equal('2026-10-25T00:30:00.000Z');
    expect(read('Europe/Warsaw', '2026-03-29T02:30')).to.equal('2026-03-29T01:30:00.000Z');
  });

  it('is refused when it is no time', () => {
    for (const text of [
      '',
      'tomorrow',
      '2026-02-30T07:05',
      '2026-11-30',
      '2026-13-01T00:00',
      '2026-11-30T25:00',
      '2026-11-30T07:05Z',
    ])
      expect(read('UTC', text), text).to.equal(undefined);
  });

  it('is shown as it is read, in any zone', () => {
    const minutes = fc.integer({ min: 20_000_000, max: 40_000_000 });
    const zones = fc.constantFrom('UTC', 'Asia/Jakarta', 'America/St_Johns', 'Australia/Lord_Howe', 'Europe/Warsaw');
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const shown = localIn(zone, new Date(minute * 60_000));
        expect(localIn(zone, instantIn(zone, shown)!)).to.equal(shown);
      }),
    );
  });
});
