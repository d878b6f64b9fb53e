import { expect } from 'chai';
import { manifestWith } from '../testing/zips/sample-manifest.ts';
import { finding } from './finding.ts';
import { emptyInventory, manifestSchema, namesIn, OBJECT_KINDS } from './manifest.ts';

const sample = manifestWith({ file_name: 'x.sql.zip' });
const isFine = (document: unknown) => manifestSchema.isValidSync(document, { strict: true });

describe('manifest', () => {
  it('is accepted unchanged, also with keys that only a newer version knows', () => {
    expect(isFine(sample)).to.equal(true);
    expect(manifestSchema.validateSync(sample, { strict: true })).to.deep.equal(sample);
    expect(isFine({ ...sample, moon: 'full' })).to.equal(true);
  });

  it('is read in version 1, which has no defaults of the database', () => {
    const { source, ...rest } = sample;
    const first = { ...rest, manifest_version: 1, source: { database: source.database, server: source.server } };
    expect(isFine(first)).to.equal(true);
    expect(manifestSchema.validateSync(first).source).to.deep.equal({
      ...first.source,
      character_set: null,
      collation: null,
      lower_case_table_names: null,
    });
    for (const odd of ['latin1; drop', '', 5])
      expect(isFine({ ...sample, source: { ...source, collation: odd } }), `${odd}`).to.equal(false);
  });

  it('has one of the three values of lower_case_table_names, or null', () => {
    const read = (value: unknown) => isFine({ ...sample, source: { ...sample.source, lower_case_table_names: value } });
    expect([0, 1, 2, null].map(read)).to.deep.equal([true, true, true, true]);
    expect([3, -1, 0.5, 'ON'].map(read)).to.deep.equal([false, false, false, false]);
  });

  it('is read without a longest statement, as older versions write it', () => {
    const { longest_statement: _, ...dump } = sample.dump;
    expect(isFine({ ...sample, dump })).to.equal(true);
    expect(manifestSchema.validateSync({ ...sample, dump }).dump.longest_statement).to.equal(null);
    const longest = (longest_statement: unknown) => isFine({ ...sample, dump: { ...dump, longest_statement } });
    expect([{ bytes: 5, table: 't' }, { bytes: 5, table: null }, null].map(longest)).to.deep.equal([true, true, true]);
    expect(
      [{ bytes: -1, table: 't' }, { table: 't' }, { bytes: 5, table: 'x'.repeat(513) }, 5].map(longest),
    ).to.deep.equal([false, false, false, false]);
  });

  it('is refused in another version, and without any of its parts', () => {
    for (const none of [null, 5, 'x', [], {}]) expect(isFine(none), JSON.stringify(none)).to.equal(false);
    expect(isFine({ ...sample, manifest_version: 3 })).to.equal(false);
    const needed = Object.keys(sample).filter(key => key !== 'rehearsal' && key !== 'made_for');
    for (const key of needed) expect(isFine({ ...sample, [key]: undefined }), key).to.equal(false);
    for (const kind of OBJECT_KINDS)
      expect(isFine({ ...sample, inventory: { ...sample.inventory, [kind]: undefined } }), kind).to.equal(false);
  });

  it('says what it was made for, which older versions do not write', () => {
    const { made_for: _, ...older } = sample;
    expect(manifestSchema.validateSync(older).made_for).to.equal(null);
    expect(manifestSchema.validateSync({ ...sample, made_for: 'restore' }).made_for).to.equal('restore');
    for (const odd of ['x', 5, {}]) expect(isFine({ ...sample, made_for: odd }), JSON.stringify(odd)).to.equal(false);
  });

  it('is accepted with and without a rehearsal, but not with an odd one', () => {
    const rehearsal = { server: null, reason: 'x', objects: null, seconds: null, compared: null, left_out: [] };
    for (const right of [undefined, null, rehearsal, { ...rehearsal, server: { flavour: 'mysql', version: '9.7.4' } }])
      expect(isFine({ ...sample, rehearsal: right }), JSON.stringify(right)).to.equal(true);
    for (const odd of [5, 'x', { ...rehearsal, objects: -1 }, { ...rehearsal, left_out: ['x'.repeat(2000)] }])
      expect(isFine({ ...sample, rehearsal: odd }), JSON.stringify(odd)).to.equal(false);
  });

  it('is refused when its state is better than its findings', () => {
    const findings = [finding('OBJECTS_MISSING', 'x')];
    expect(isFine({ ...sample, findings, state: 'complete' })).to.equal(false);
    expect(isFine({ ...sample, findings, state: 'incomplete' })).to.equal(true);
    expect(isFine({ ...sample, findings: [finding('ROW_COUNT_DROPPED', 'x')], state: 'complete' })).to.equal(true);
    expect(isFine({ ...sample, findings: [], state: 'incomplete' })).to.equal(false);
  });

  it('is refused with impossible values', () => {
    const odd = [
      { dump: { ...sample.dump, sha256: 'F'.repeat(64) } },
      { dump: { ...sample.dump, size: -1 } },
      { dump: { ...sample.dump, rows: 1.5 } },
      { dump: { ...sample.dump, ends_with_marker: false } },
      { zip: { ...sample.zip, sha256: 'x' } },
      { started_at: '2023-10-31 00:00:00' },
      { shrink_limit_percent: 101 },
      ...[null, {}, 'x', [null], [5], [{}]].map(findings => ({ findings })),
      { inventory: { ...emptyInventory(), tables: [{ name: 't', rows: 1 }] } },
      { inventory: { ...emptyInventory(), views: [5] } },
    ];
    for (const part of odd) expect(isFine({ ...sample, ...part }), JSON.stringify(part)).to.equal(false);
  });

  it('lists the names of each kind of object', () => {
    const inventory = { ...emptyInventory(), tables: [{ name: 't', rows: 1, bytes: 2 }], views: ['v'] };
    expect(OBJECT_KINDS.flatMap(kind => namesIn(inventory, kind))).to.deep.equal(['t', 'v']);
  });
});
