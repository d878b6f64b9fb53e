import { expect } from 'chai';
import { inLocalTime, localDay, timeColumn, withLocalTimes } from './local-time.ts';

describe('local time', () => {
  const zone = process.env.TZ;
  const inZone = (name: string) => {
    process.env.TZ = name;
  };
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it('shows a moment in the zone of the machine, with its offset', () => {
    inZone('Asia/Jakarta');
    expect(inLocalTime(new Date('2026-11-27T18:30:05Z'))).to.equal('28 Nov 2026 01:30 +07:00');
    inZone('America/St_Johns');
    expect(inLocalTime(new Date('2026-11-27T18:30:05Z'))).to.equal('27 Nov 2026 15:00 -03:30');
    inZone('UTC');
    expect(inLocalTime('2026-11-27T18:30:05.123Z')).to.equal('27 Nov 2026 18:30 +00:00');
  });

  it('reads a timestamp of the service as UTC', () => {
    inZone('Asia/Jakarta');
    expect(inLocalTime('2026-11-27 18:30:00')).to.equal('28 Nov 2026 01:30 +07:00');
  });

  it('shows a day of the machine, with the year only where it is another one', () => {
    inZone('Asia/Jakarta');
    const now = new Date('2026-12-01T00:00:00Z');
    expect(localDay('2026-12-02T19:47:09.863Z', now)).to.equal('3 Dec');
    expect(localDay('2026-12-31T19:47:09.863Z', now)).to.equal('1 Jan 2027');
    expect(localDay('soon', now)).to.equal('soon');
  });

  it('says the zone of a column once, and the year only where one is of another', () => {
    inZone('Asia/Jakarta');
    const now = new Date('2026-11-28T00:00:00Z');
    const { zone, format } = timeColumn(['2026-11-27 18:30:00', '2026-10-31 18:30:00'], now);
    expect([zone, format('2026-11-27 18:30:00')]).to.deep.equal([' (+07:00)', '28 Nov 01:30']);
    const years = timeColumn(['2026-11-27 18:30:00', '2025-11-27 18:30:00'], now);
    expect(years.format('2026-11-27 18:30:00')).to.equal('28 Nov 2026 01:30');
    expect(timeColumn([], now).zone).to.equal('');
  });

  it('says the offset of each moment in a column where they differ, as over the end of summer', () => {
    inZone('Europe/Warsaw');
    const now = new Date('2026-11-28T00:00:00Z');
    const { zone, format } = timeColumn(['2026-10-24 00:30:00', '2026-10-26 00:30:00'], now);
    expect(zone).to.equal('');
    expect(format('2026-10-24 00:30:00')).to.equal('24 Oct 02:30 +02:00');
    expect(format('2026-10-26 00:30:00')).to.equal('26 Oct 01:30 +01:00');
  });

  it('shows the times in a sentence of the service as local ones', () => {
    inZone('Asia/Jakarta');
    expect(withLocalTimes('lost since backup 34 (2026-11-27 18:30:00 UTC): table a 2026-11-27 18:30:00')).to.equal(
      'lost since backup 34 (28 Nov 2026 01:30 +07:00): table a 2026-11-27 18:30:00',
    );
  });

  it('shows a text that is not a time unchanged', () => {
    for (const text of ['9999-99-99 99:99:99', 'yesterday']) {
      expect(inLocalTime(text)).to.equal(text);
      expect(timeColumn([text], new Date()).format(text)).to.equal(text);
    }
    expect(withLocalTimes('9999-99-99 99:99:99 UTC')).to.equal('9999-99-99 99:99:99 UTC');
  });
});
