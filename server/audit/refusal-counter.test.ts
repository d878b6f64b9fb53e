import { expect } from 'chai';
import { type Refusal, RefusalCounter } from './refusal-counter.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 29, 10, 0, second));

function refusal(address: string, rest: Partial<Refusal> = {}): Refusal {
  const actor = { tokenId: undefined, token: undefined, address };
  return { actor, action: 'upload', code: 'UNAUTHENTICATED', result: 'refused', ...rest };
}

describe('counted refusals', () => {
  it('are one entry where they are alike, with their number and the time of the first and the last', () => {
    const counter = new RefusalCounter();
    expect(counter.add(refusal('10.0.0.1'), at(1))).to.equal(true);
    for (let second = 2; second <= 10; second++) expect(counter.add(refusal('10.0.0.1'), at(second))).to.equal(false);
    const entries = counter.take();
    expect(entries).to.have.length(1);
    expect(entries[0]).to.deep.include({ count: 10, at: at(1), result: 'refused' });
    expect(entries[0]!.detail).to.deep.equal({ code: 'UNAUTHENTICATED', last_at: at(10).toISOString() });
    expect(counter.take(), 'they are counted again').to.deep.equal([]);
  });

  it('tell apart who, what and why', () => {
    const counter = new RefusalCounter();
    counter.add(refusal('10.0.0.1', { database: 'pt_xyz' }));
    counter.add(refusal('10.0.0.1', { database: 'pt_abc' }));
    counter.add(refusal('10.0.0.2', { database: 'pt_abc' }));
    counter.add(refusal('10.0.0.2', { database: 'pt_abc', code: 'OUT_OF_SCOPE' }));
    counter.add(refusal('10.0.0.2', { action: 'download', backupId: 3 }));
    counter.add(refusal('10.0.0.2', { result: 'failed' }));
    expect(counter.take().map(({ count }) => count)).to.deep.equal([1, 1, 1, 1, 1, 1]);
  });

  it('of one address that asks for ever other databases are a few entries, with the right sum', () => {
    const counter = new RefusalCounter();
    for (let n = 0; n < 10_000; n++) counter.add(refusal('10.0.0.1', { database: `db_${n}` }));
    const entries = counter.take();
    expect(entries).to.have.length(21);
    expect(entries.reduce((sum, { count }) => sum + count!, 0)).to.equal(10_000);
    expect(entries.at(-1)).to.deep.include({ count: 9_980 }).and.not.have.property('database');
    expect(entries.at(-1)!.actor.address).to.equal('10.0.0.1');
  });

  it('of 100,000 addresses are a few entries, with the right sum, and take no more memory than these', () => {
    const counter = new RefusalCounter();
    for (let n = 0; n < 100_000; n++) counter.add(refusal(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`));
    const entries = counter.take();
    expect(entries).to.have.length(201);
    expect(entries.reduce((sum, { count }) => sum + count!, 0)).to.equal(100_000);
    expect(entries.at(-1)!.actor.address).to.equal(undefined);
  });

  it('of many addresses for hours are no more entries an hour than the history may get of them', () => {
    const counter = new RefusalCounter({ most: 200, mostOfAddress: 20, mostOfHour: 500 });
    let entries = 0;
    for (let minute = 0; minute < 10; minute++) {
      for (let n = 0; n < 300; n++) counter.add(refusal(`10.0.${minute}.${n}`));
      entries += counter.take().length;
    }
    expect(entries).to.be.within(500, 515);
  });
});
