import { expect } from 'chai';
import { inLocalTime } from '../terminal/local-time.ts';
import { Refusal } from './option.ts';
import { type WantedBackup, wantedBackup } from './wanted-backup.ts';

const read = (text: string): WantedBackup => wantedBackup({ texts: [text], isDefault: false });
const until = (text: string) => {
  const wanted = read(text);
  return wanted.kind === 'moment' ? wanted.until.toISOString() : wanted;
};

describe('which backup is wanted', () => {
  it('is the latest, or the one with an id', () => {
    expect(read('latest')).to.deep.equal({ kind: 'latest' });
    expect(read('34')).to.deep.equal({ kind: 'id', id: 34 });
  });

  it('is the newest until the end of the second, minute or day that is named, with its offset', () => {
    for (const [text, moment] of [
      ['2026-11-27T18:30:15Z', '2026-11-27T18:30:15.999Z'],
      ['2026-11-27T18:30Z', '2026-11-27T18:30:59.999Z'],
      ['2026-11-28 01:30 +07:00', '2026-11-27T18:30:59.999Z'],
      ['2026-11-28 01:30+0700', '2026-11-27T18:30:59.999Z'],
      ['2026-11-27 13:30:00.5 -05:00', '2026-11-27T18:30:00.999Z'],
      ['2026-11-27 18:30:00 UTC', '2026-11-27T18:30:00.999Z'],
      ['28 Nov 2026 01:30 +07:00', '2026-11-27T18:30:59.999Z'],
    ] as const)
      expect(until(text), text).to.equal(moment);
  });

  it('is in the zone of this machine where no offset is given, a time as lists show it too', () => {
    expect(until('2026-11-28 01:30')).to.equal(new Date(2026, 10, 28, 1, 30, 59, 999).toISOString());
    expect(until('2026-11-28')).to.equal(new Date(2026, 10, 28, 23, 59, 59, 999).toISOString());
    const shown = new Date(2026, 2, 3, 4, 5);
    expect(until(inLocalTime(shown))).to.equal(new Date(2026, 2, 3, 4, 5, 59, 999).toISOString());
  });

  it('is of the last twelve months where the year is left out', () => {
    const now = new Date();
    const [yesterday, tomorrow] = [-1, 1].map(
      days => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days),
    );
    const shown = (day: Date) => inLocalTime(day).replace(/ \d{4} .*/, ' 01:30');
    for (const [day, isBefore] of [
      [yesterday!, true],
      [tomorrow!, false],
    ] as const) {
      const wanted = read(shown(day));
      if (wanted.kind !== 'moment') throw new Error('not a moment');
      const gap = now.getTime() - wanted.until.getTime();
      expect(gap / 86_400_000, shown(day)).to.be.within(isBefore ? 0 : 360, isBefore ? 3 : 366);
    }
  });

  it('is refused where there is no such day or time', () => {
    for (const text of [
      '',
      '0',
      'yesterday',
      '2026-02-30',
      '2026-11-28 24:00',
      '2026-11-28 01:60',
      '2026-13-01',
      '12:30',
    ])
      expect(() => read(text), text).to.throw(Refusal);
  });
});
