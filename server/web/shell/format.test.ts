import { expect } from 'chai';
import { formatFor } from './format.ts';

const now = new Date('2026-11-29T19:14:00Z');
const english = formatFor({ language: 'en', zone: 'UTC', now });
const indonesian = formatFor({ language: 'id', zone: 'Asia/Jakarta', now });
const earlier = (ms: number) => new Date(now.getTime() - ms);
const HOUR = 3_600_000;

describe('the format of a reader', () => {
  it('writes numbers, sizes and shares as their language does', () => {
    expect(english.number(12_345)).to.equal('12,345');
    expect(indonesian.number(12_345)).to.equal('12.345');
    expect([0, 1023, 1024, 1536, 5 * 1024 ** 3].map(english.bytes)).to.deep.equal([
      ...['0 B', '1,023 B', '1.0 KiB', '1.5 KiB', '5.0 GiB'],
    ]);
    expect(indonesian.bytes(1536)).to.equal('1,5 KiB');
    expect(english.bytes(1024 ** 6)).to.equal('1,024.0 PiB');
    expect(english.percent(0.126)).to.equal('13 %');
  });

  it('writes a duration in its two largest units', () => {
    const lengths = [0, 450, 12_000, 92_000, 120_000, HOUR + 32 * 60_000, 2 * 24 * HOUR, 52 * HOUR];
    expect(lengths.map(english.duration)).to.deep.equal([
      ...['0 ms', '450 ms', '12 s', '1 min 32 s', '2 min', '1 h 32 min', '2 d', '2 d 4 h'],
    ]);
    expect(indonesian.duration(HOUR + 32 * 60_000)).to.equal('1 jam 32 mnt');
  });

  it('writes times in the zone of the reader, with its name', () => {
    expect(english.atText(now)).to.equal('29 Nov 2026, 19:14 UTC');
    expect(indonesian.atText(now)).to.equal('30 Nov 2026, 02.14 WIB');
    expect(english.at(now).text).to.equal(
      '<time datetime="2026-11-29T19:14:00.000Z" data-as="at">29 Nov 2026, 19:14 UTC</time>',
    );
    expect(english.time(now).text).to.contain('>19:14 UTC<');
    expect(english.day('2026-11-29')).to.equal('29 Nov 2026');
    expect(formatFor({ language: 'en', zone: 'America/New_York', now }).day('2026-11-29')).to.equal('29 Nov 2026');
  });

  it('writes how long ago something was, with the absolute time in the title', () => {
    const words = (date: Date) => />(.*)</.exec(english.ago(date).text)![1];
    expect(
      [5_000, 61_000, 31 * HOUR, 49 * HOUR, 70 * 24 * HOUR, 800 * 24 * HOUR].map(ms => words(earlier(ms))),
    ).to.deep.equal([
      ...['5 seconds ago', '1 minute ago', '31 hours ago', '2 days ago', '2 months ago', '2 years ago'],
    ]);
    expect(words(new Date(now.getTime() + 3 * 24 * HOUR))).to.equal('in 3 days');
    expect(english.ago(earlier(HOUR)).text).to.contain('title="29 Nov 2026, 18:14 UTC"');
    expect(indonesian.ago(earlier(31 * HOUR)).text).to.contain('31 jam yang lalu');
  });
});
