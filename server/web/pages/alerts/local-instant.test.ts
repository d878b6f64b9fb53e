import { expect } from 'chai';
import fc from 'fast-check';
import { localInstant } from './local-instant.ts';

describe('a local time', () => {
  const at = (text: string, zone: string) => localInstant(text, zone)?.toISOString();

  it('is the instant at which the clocks of its zone show it', () => {
    expect(at('2026-12-07T09:00', 'Asia/Jakarta')).to.equal('2026-12-07T02:00:00.000Z');
    expect(at('2026-12-07 09:00', 'America/Chicago')).to.equal('2026-12-07T15:00:00.000Z');
    expect(at('2026-07-01T00:00', 'Europe/Warsaw')).to.equal('2026-06-30T22:00:00.000Z');
  });

  it('is the first instant where clocks show it twice, and an hour later where they never do', () => {
    expect(at('2026-10-25T02:30', 'Europe/Warsaw')).to.equal('2026-10-25T00:30:00.000Z');
    expect(at('2026-03-29T02:30', 'Europe/Warsaw')).to.equal('2026-03-29T01:30:00.000Z');
  });

  it('is nothing where the text is no time', () => {
    for (const text of [
      '',
      'soon',
      '2026-02-30T09:00',
      '2026-13-01T09:00',
      '2026-12-07',
      '2026-12-07T25:00',
      '2026-12-07T09:00Z',
    ])
      expect(at(text, 'UTC'), text).to.equal(undefined);
  });

  it('of any instant is that instant again, but for the hour that comes twice', () => {
    const zones = ['UTC', 'Asia/Jakarta', 'Europe/Warsaw', 'America/Chicago', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const minutes = fc.integer({ min: 26_000_000, max: 40_000_000 });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const instant = new Date(minute * 60_000);
        const text = instant.toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16);
        const early = instant.getTime() - localInstant(text, zone)!.getTime();
        expect([0, 30 * 60_000, 60 * 60_000]).to.include(early);
      }),
      { numRuns: 300 },
    );
  });
});
