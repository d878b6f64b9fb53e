import { expect } from 'chai';
import fc from 'fast-check';
import { count, formatAge, formatBytes, formatCount, formatSeconds } from './format.ts';

describe('format', () => {
  it('writes bytes', () => {
    const written = new Map([
      [0, '0 B'],
      [1023, '1023 B'],
      [1024, '1.0 KiB'],
      [1536, '1.5 KiB'],
      [1024 ** 2, '1.0 MiB'],
      [12.3 * 1024 ** 2, '12.3 MiB'],
      [2 * 1024 ** 3, '2.0 GiB'],
      [5000 * 1024 ** 4, '5000.0 TiB'],
    ]);
    for (const [bytes, text] of written) expect(formatBytes(bytes)).to.equal(text);
  });

  it('is never off by more than the digit it shows', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), bytes => {
        const [, figure, unit] = /^(\d+(?:\.\d)?) ([KMGT]?i?B)$/.exec(formatBytes(bytes))!;
        const factor = 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit!);
        expect(Math.abs(Number(figure) - bytes / factor)).to.be.at.most(0.0501);
      }),
    );
  });

  it('writes counts as an English reader groups them', () => {
    expect(formatCount(999)).to.equal('999');
    expect(formatCount(1_234_567)).to.equal('1,234,567');
    fc.assert(fc.property(fc.maxSafeInteger(), any => formatCount(any) === any.toLocaleString('en')));
  });

  it('writes seconds', () => {
    expect(formatSeconds(0)).to.equal('0.0 s');
    expect(formatSeconds(4.24)).to.equal('4.2 s');
    expect(formatSeconds(60)).to.equal('1 min 00 s');
    expect(formatSeconds(185.9)).to.equal('3 min 05 s');
    expect(formatSeconds(3600)).to.equal('1 h 00 min');
    expect(formatSeconds(7845)).to.equal('2 h 10 min');
  });

  it('writes how long ago something was, in UTC wherever we are', () => {
    const now = new Date('2026-03-29T02:00:00Z');
    expect(formatAge('2026-03-29 02:00:00', now)).to.equal('0 min');
    expect(formatAge('2026-03-29 01:01:00', now)).to.equal('59 min');
    expect(formatAge('2026-03-29 01:00:00', now)).to.equal('1 h');
    expect(formatAge('2026-03-27 03:00:00', now)).to.equal('47 h');
    expect(formatAge('2026-03-27 02:00:00', now)).to.equal('2 d');
    expect(formatAge('2026-03-29 02:05:00', now)).to.equal('0 min');
  });

  it('counts', () => {
    expect(count(0, 'zip')).to.equal('0 zips');
    expect(count(1, 'zip')).to.equal('1 zip');
    expect(count(2, 'zip')).to.equal('2 zips');
  });
});
