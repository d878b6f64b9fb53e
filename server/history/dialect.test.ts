import { expect } from 'chai';
import fc from 'fast-check';
import { fromStore } from './dialect.ts';

describe('fromStore', () => {
  it('reads an instant as MySQL and MariaDB write it, with any number of digits behind the seconds', () => {
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.constantFrom(19, 21, 22, 23), (instant, length) => {
        const text = instant.toISOString().slice(0, length).replace('T', ' ');
        expect(fromStore(text).toISOString()).to.equal(new Date(`${text.replace(' ', 'T')}Z`).toISOString());
      }),
    );
    expect(fromStore('2026-11-30 04:05:06.789012').toISOString()).to.equal('2026-11-30T04:05:06.789Z');
    expect(fromStore('0099-02-28 23:59:59').toISOString()).to.equal('0099-02-28T23:59:59.000Z');
  });

  it('reads an instant as SQLite has it', () => {
    expect(fromStore(1_796_000_000_000).getTime()).to.equal(1_796_000_000_000);
  });
});
