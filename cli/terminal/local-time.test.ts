import { expect } from 'chai';
import { inLocalTime, localTimeRange } from './local-time.ts';

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

  it('says the date and the offset of a range once where both ends have them', () => {
    inZone('Asia/Jakarta');
    const range = (from: string, to: string) => localTimeRange(new Date(from), new Date(to));
    expect(range('2026-11-27T18:30:00Z', '2026-11-27T18:31:59Z')).to.equal('28 Nov 2026 01:30–01:31 +07:00');
    expect(range('2026-11-27T18:30:00Z', '2026-11-27T18:30:59Z')).to.equal('28 Nov 2026 01:30 +07:00');
    expect(range('2026-11-27T16:59:00Z', '2026-11-27T17:01:00Z')).to.equal(
      '27 Nov 2026 23:59 +07:00 – 28 Nov 2026 00:01 +07:00',
    );
    inZone('Europe/Warsaw');
    expect(range('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'), 'the hour that comes twice').to.equal(
      '25 Oct 2026 02:30 +02:00 – 25 Oct 2026 02:30 +01:00',
    );
  });
});
