import { expect } from 'chai';
import fc from 'fast-check';
import { finding } from '../../protocol/finding.ts';
import type { Inventory } from '../../protocol/manifest.ts';
import { sampleManifest, table } from '../testing/manifests.ts';
import { sampleZip } from '../testing/zips.ts';
import { compareInventories } from './compare-inventories.ts';

interface Wish {
  size?: number;
  limit?: number;
  partial?: string[];
}

const zip = sampleZip();

function manifest(inventory: Partial<Inventory>, { size = 5000, limit = 50, partial = [] }: Wish = {}) {
  const findings = partial.map(option => finding('PARTIAL_AS_WANTED', `partial: ${option}`));
  const made = sampleManifest(zip, { inventory, findings, shrinkLimitPercent: limit });
  return { ...made, dump: { ...made.dump, size } };
}

const tables = (rows: Record<string, number>) => ({ tables: Object.entries(rows).map(([name, n]) => table(name, n)) });
const compare = (...pair: Parameters<typeof compareInventories>) =>
  Object.fromEntries(compareInventories(...pair).map(({ code, message }) => [code, message]));

describe('compareInventories', () => {
  it('has nothing to say of what is the same, has grown, or is new', () => {
    const older = manifest({ ...tables({ a: 1000, b: 5 }), views: ['v'], events: ['e'] });
    expect(compareInventories(older, older)).to.deep.equal([]);
    const newer = manifest({ ...tables({ a: 9000, b: 5, c: 0 }), views: ['v', 'w'], events: ['e'] }, { size: 90_000 });
    expect(compareInventories(newer, older)).to.deep.equal([]);
  });

  it('tells what has gone, by kind and name, and since when', () => {
    const older = manifest({ ...tables({ a: 10, b: 10 }), views: ['v'], triggers: ['t'], package_bodies: ['p'] });
    const newer = manifest({ ...tables({ b: 10, v: 1 }), triggers: ['t'] });
    expect(compare(newer, older)).to.deep.equal({
      OBJECTS_GONE: 'gone since the last complete backup (2023-10-31 00:00:00 UTC): table a, view v, package body p',
    });
    expect(compareInventories(newer, older)[0]).to.include({ severity: 'warning' });
  });

  it('names ten, and counts the rest', () => {
    const names = Array.from({ length: 25 }, (_, i) => `v${i}`);
    const { OBJECTS_GONE } = compare(manifest(tables({ a: 1 })), manifest({ ...tables({ a: 1 }), views: names }));
    expect(OBJECTS_GONE).to.contain('view v9 and 15 more').and.not.contain('v10');
  });

  it('tells of rows that fell by more than the limit, of a table and of the whole', () => {
    const older = manifest(tables({ a: 1000, b: 100 }));
    expect(compare(manifest(tables({ a: 500, b: 50 })), older)).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1000, b: 49 })), older).ROWS_FELL).to.contain(': table b from 100 to 49 rows');
    expect(compare(manifest(tables({ a: 499, b: 50 })), older).ROWS_FELL).to.contain(
      ': the whole from 1100 to 549 rows, table a from 1000 to 499 rows',
    );
    expect(compare(manifest(tables({ a: 899, b: 100 }), { limit: 10 }), older).ROWS_FELL).to.contain('table a');
  });

  it('makes no noise of tables that had fewer than a hundred rows', () => {
    expect(compare(manifest(tables({ a: 1, b: 100_000 })), manifest(tables({ a: 99, b: 100_000 })))).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 })), manifest(tables({ a: 99 })))).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 })), manifest(tables({ a: 100 })))).to.have.keys('ROWS_FELL');
  });

  it('counts the rows of a table that has gone into the whole, and names the table only once', () => {
    const found = compare(manifest(tables({ a: 400 })), manifest(tables({ a: 400, b: 600 })));
    expect(found).to.have.keys('OBJECTS_GONE', 'ROWS_FELL');
    expect(found.ROWS_FELL).to.contain(': the whole from 1000 to 400 rows').and.not.contain('table b');
  });

  it('tells of a dump that got smaller by more than the limit', () => {
    const older = manifest(tables({ a: 1 }), { size: 1000 });
    expect(compare(manifest(tables({ a: 1 }), { size: 500 }), older)).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 }), { size: 499 }), older)).to.deep.equal({
      SIZE_FELL: 'the dump shrank from 1000 to 499 bytes since the last complete backup (2023-10-31 00:00:00 UTC)',
    });
  });

  it('finds a dump incomplete that has lost its last row, or all that was in it', () => {
    const older = manifest({ ...tables({ a: 3, b: 2 }), views: ['v'] });
    const rowless = compareInventories(manifest({ ...tables({ a: 0, b: 0 }), views: ['v'] }, { size: 10 }), older);
    expect(rowless.map(({ code, severity }) => [code, severity])).to.deep.equal([['DUMP_EMPTIED', 'incomplete']]);
    expect(rowless[0]!.message).to.contain('no table has a row any more: 5 rows since');
    const nothing = compareInventories(manifest({}), older);
    expect(nothing.map(({ code }) => code)).to.deep.equal(['DUMP_EMPTIED', 'OBJECTS_GONE']);
    expect(nothing[0]!.message).to.contain('nothing is in the dump any more: 3 objects since');
    expect(compare(manifest({}), manifest({ views: ['v'] }))).to.have.keys('DUMP_EMPTIED', 'OBJECTS_GONE');
  });

  it('does not mind what was empty already', () => {
    expect(compareInventories(manifest({}), manifest({}))).to.deep.equal([]);
    expect(compareInventories(manifest(tables({ a: 0 })), manifest(tables({ a: 0 })))).to.deep.equal([]);
  });

  it('does not take for emptied what somebody wants to be empty from now on', () => {
    const older = manifest(tables({ a: 500 }));
    const empty = manifest(tables({ a: 0 }), { partial: ['--no-data'] });
    expect(compare(empty, older)).to.not.have.property('DUMP_EMPTIED');
    const alike = manifest(tables({ a: 500 }), { partial: ['--ignore-table'] });
    expect(compare(manifest(tables({ a: 0 }), { partial: ['--ignore-table'] }), alike)).to.have.keys('DUMP_EMPTIED');
  });

  it('with a limit of 0 still tells what is gone and what is emptied, and nothing else', () => {
    const older = manifest({ ...tables({ a: 1000 }), views: ['v'] });
    expect(compare(manifest(tables({ a: 1 }), { size: 1, limit: 0 }), older)).to.have.keys('OBJECTS_GONE');
    expect(compare(manifest(tables({ a: 0 }), { size: 1, limit: 0 }), older)).to.have.keys(
      'OBJECTS_GONE',
      'DUMP_EMPTIED',
    );
  });

  it('is sure at the limit, whatever the limit and the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1_000_000 }), (limit, hundredth) => {
        const [had, left] = [hundredth * 100, hundredth * (100 - limit)];
        const older = manifest(tables({ a: had, kept: 1 }), { size: had });
        const at = compareInventories(manifest(tables({ a: left, kept: 1 }), { size: left, limit }), older);
        expect(at).to.deep.equal([]);
        if (left === 0) return;
        const below = compare(manifest(tables({ a: left - 1, kept: 1 }), { size: left - 1, limit }), older);
        expect(below.ROWS_FELL).to.contain(`table a from ${had} to ${left - 1} rows`);
        expect(below.SIZE_FELL).to.contain(`from ${had} to ${left - 1} bytes`);
      }),
    );
  });
});
