import { expect } from 'chai';
import fc from 'fast-check';
import { finding } from '../../../protocol/finding.ts';
import type { FindingCode } from '../../../protocol/finding-codes.ts';
import { formatBytes } from '../../../protocol/format-bytes.ts';
import type { Inventory, Manifest, ObjectKind } from '../../../protocol/manifest.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { compareInventories } from './compare-inventories.ts';

interface Wish {
  size?: number;
  limit?: number;
  partial?: string[];
  found?: FindingCode[];
}

const zip = sampleZip();

function manifest(inventory: Partial<Inventory>, { size = 5000, limit = 50, partial = [], found = [] }: Wish = {}) {
  const findings = [
    ...partial.map(option => finding('PARTIAL_BY_CONFIG', `partial, as dump_options wants it: ${option}`)),
    ...found.map(code => finding(code, 'x')),
  ];
  const made = sampleManifest(zip, { inventory, findings, shrinkLimitPercent: limit });
  return { ...made, dump: { ...made.dump, size } };
}

const tables = (rows: Record<string, number>) => ({ tables: Object.entries(rows).map(([name, n]) => table(name, n)) });
const compared = (newer: Manifest, older: Manifest) =>
  compareInventories(newer, { id: 34, fileName: zip.fileName, manifest: older });
/** Each message by its code, without since when. */
const compare = (newer: Manifest, older: Manifest) =>
  Object.fromEntries(
    compared(newer, older).map(({ code, message }) => [
      code,
      message.replace(' since backup 34 (2023-10-31 00:00:00 UTC)', ''),
    ]),
  );

describe('compareInventories', () => {
  it('names the older backup by the time of its name, as all lists show it, with any time in its manifest', () => {
    const older = { ...manifest(tables({ a: 500, b: 500 })), started_at: '2023-10-31T07:00:00.000Z' };
    const [loss] = compared(manifest(tables({ a: 500 })), older);
    expect(loss!.message).to.contain('since backup 34 (2023-10-31 00:00:00 UTC)');
  });

  it('finds no loss in what is the same, has grown, or is new', () => {
    const older = manifest({ ...tables({ a: 1000, b: 5 }), views: ['v'], events: ['e'] });
    expect(compared(older, older)).to.deep.equal([]);
    const newer = manifest({ ...tables({ a: 9000, b: 5, c: 0 }), views: ['v', 'w'], events: ['e'] }, { size: 90_000 });
    expect(compared(newer, older)).to.deep.equal([]);
  });

  it('names what is missing, by kind and name, and the backup that still has it', () => {
    const older = manifest({ ...tables({ a: 10, b: 10 }), views: ['v'], triggers: ['t'], package_bodies: ['p'] });
    const newer = manifest({ ...tables({ b: 10, v: 1 }), triggers: ['t'] });
    expect(compared(newer, older)).to.deep.equal([
      finding('SHRUNK', 'lost since backup 34 (2023-10-31 00:00:00 UTC): table a (10 rows), view v, package body p'),
    ]);
  });

  it('names ten missing objects, and counts the rest', () => {
    const names = Array.from({ length: 25 }, (_, i) => `v${i}`);
    const { SHRUNK } = compare(manifest(tables({ a: 1 })), manifest({ ...tables({ a: 1 }), views: names }));
    expect(SHRUNK).to.contain('view v9 and 15 more').and.not.contain('v10');
  });

  it('reports lost rows above the limit, of one table and of all tables together', () => {
    const older = manifest(tables({ a: 1000, b: 100 }));
    expect(compare(manifest(tables({ a: 500, b: 50 })), older)).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1000, b: 49 })), older).SHRUNK).to.equal('lost: rows: table b 100 -> 49');
    expect(compare(manifest(tables({ a: 499, b: 50 })), older).SHRUNK).to.equal(
      'lost: rows: 1,100 -> 549 in total, table a 1,000 -> 499',
    );
    expect(compare(manifest(tables({ a: 899, b: 100 }), { limit: 10 }), older).SHRUNK).to.contain('table a');
  });

  it('does not report tables that had fewer than 100 rows', () => {
    expect(compare(manifest(tables({ a: 1, b: 100_000 })), manifest(tables({ a: 99, b: 100_000 })))).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 })), manifest(tables({ a: 99 })))).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 })), manifest(tables({ a: 100 })))).to.have.keys('SHRUNK');
  });

  it('counts the rows of a missing table in the total, and names the table only once', () => {
    const { SHRUNK } = compare(manifest(tables({ a: 400 })), manifest(tables({ a: 400, b: 600 })));
    expect(SHRUNK).to.equal('lost: table b (600 rows); rows: 1,000 -> 400 in total');
  });

  it('reports a dump that got smaller by more than the limit', () => {
    const older = manifest(tables({ a: 1 }), { size: 1000 });
    expect(compare(manifest(tables({ a: 1 }), { size: 500 }), older)).to.deep.equal({});
    expect(compare(manifest(tables({ a: 1 }), { size: 499 }), older)).to.deep.equal({
      SHRUNK: 'lost: bytes of the dump: 1000 B -> 499 B',
    });
  });

  it('writes large sizes as other sizes are written', () =>
    expect(compare(manifest({}, { size: 25_415 }), manifest({}, { size: 109_919 })).SHRUNK).to.equal(
      'lost: bytes of the dump: 107.3 KiB -> 24.8 KiB',
    ));

  it('reports a dump as incomplete that has lost its last row or its last object', () => {
    const older = manifest({ ...tables({ a: 3, b: 2 }), views: ['v'] });
    const rowless = compared(manifest({ ...tables({ a: 0, b: 0 }), views: ['v'] }, { size: 10 }), older);
    expect(rowless.map(({ code, severity }) => [code, severity])).to.deep.equal([['DATABASE_EMPTIED', 'incomplete']]);
    expect(rowless[0]!.message).to.equal('backup 34 (2023-10-31 00:00:00 UTC) had 5 rows in all, this one has none');
    const nothing = compared(manifest({}), older);
    expect(nothing.map(({ code }) => code)).to.deep.equal(['DATABASE_EMPTIED', 'SHRUNK']);
    expect(nothing[0]!.message).to.contain('UTC) had 3 objects, this one has none');
    const [last] = compared(manifest({}), manifest({ views: ['v'] }));
    expect(last!.message).to.contain(' had 1 object, this one has none');
    expect(compare(manifest({}), manifest({ views: ['v'] }))).to.have.keys('DATABASE_EMPTIED', 'SHRUNK');
  });

  it('does not report a database that was empty before', () => {
    expect(compared(manifest({}), manifest({}))).to.deep.equal([]);
    expect(compared(manifest(tables({ a: 0 })), manifest(tables({ a: 0 })))).to.deep.equal([]);
  });

  it('does not report a database as emptied when dump_options leave its content out', () => {
    const older = manifest(tables({ a: 500 }));
    expect(compare(manifest(tables({ a: 0 }), { partial: ['--no-data'] }), older)).to.deep.equal({});
    const alike = manifest(tables({ a: 500 }), { partial: ['--ignore-table=pt_xyz.b'] });
    expect(compare(manifest(tables({ a: 0 }), { partial: ['--ignore-table=pt_xyz.b'] }), alike)).to.have.keys(
      'DATABASE_EMPTIED',
    );
  });

  it('with a limit of 0 reports only an emptied database, with 100 also missing objects', () => {
    const older = manifest({ ...tables({ a: 1000 }), views: ['v'] });
    expect(compare(manifest(tables({ a: 1 }), { size: 1, limit: 0 }), older)).to.deep.equal({});
    expect(compare(manifest(tables({ a: 0 }), { size: 1, limit: 0 }), older)).to.have.keys('DATABASE_EMPTIED');
    expect(compare(manifest(tables({ a: 1 }), { size: 1, limit: 100 }), older)).to.deep.equal({
      SHRUNK: 'lost: view v',
    });
  });

  it('is exact at the limit, for all limits and sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1_000_000 }), (limit, hundredth) => {
        const [had, left] = [hundredth * 100, hundredth * (100 - limit)];
        const older = manifest(tables({ a: had, kept: 1 }), { size: had });
        const at = compared(manifest(tables({ a: left, kept: 1 }), { size: left, limit }), older);
        expect(at).to.deep.equal([]);
        if (left === 0) return;
        const below = compare(manifest(tables({ a: left - 1, kept: 1 }), { size: left - 1, limit }), older);
        const figures = [had, left - 1].map(figure => figure.toLocaleString('en')).join(' -> ');
        const sizes = [had, left - 1].map(formatBytes).join(' -> ');
        expect(below.SHRUNK).to.contain(`table a ${figures}`).and.contain(`bytes of the dump: ${sizes}`);
      }),
    );
  });

  describe('says nothing of', () => {
    const FULL = { ...tables({ a: 1000, log: 9000 }), sequences: ['s'], views: ['v'], triggers: ['tr'], events: ['e'] };
    const ALL = { ...FULL, procedures: ['p'], functions: ['f'], packages: ['pk'], package_bodies: ['pk'] };
    const older = manifest(ALL);
    /** What is left of the database where all of that is not in the dump. */
    const without = (...kinds: ObjectKind[]) => ({ ...ALL, ...Object.fromEntries(kinds.map(kind => [kind, []])) });
    const ROUTINES = ['procedures', 'functions', 'packages', 'package_bodies'] as const;

    for (const [code, inventory] of [
      ['VIEWS_NOT_GRANTED', without('views')],
      ['BROKEN_VIEW', without('views')],
      ['TRIGGERS_NOT_GRANTED', without('triggers')],
      ['EVENTS_NOT_GRANTED', without('events')],
      ['EVENTS_NOT_DUMPED', without('events')],
      ['ROUTINES_NOT_GRANTED', without(...ROUTINES)],
      ['TABLES_NOT_GRANTED', without('tables', 'sequences', 'views', 'triggers')],
      ['ROWS_LIMITED', { ...ALL, ...tables({ a: 10, log: 10 }) }],
      ['HISTORY_NOT_DUMPED', { ...ALL, ...tables({ a: 10, log: 10 }) }],
    ] as const)
      it(`what is not in the dump for ${code}`, () => {
        expect(compare(manifest(inventory, { size: 10 }), older), 'without the finding').to.have.property('SHRUNK');
        expect(compare(manifest(inventory, { size: 10, found: [code] }), older)).to.deep.equal({});
      });

    for (const [option, inventory] of [
      ['--ignore-table=pt_xyz.log', { ...ALL, ...tables({ a: 1000 }), triggers: [] }],
      ['--ignore-table=PT_XYZ.V', without('views')],
      ['--ignore-table-data=pt_xyz.log', { ...ALL, ...tables({ a: 1000, log: 0 }) }],
      ['--no-data', { ...ALL, ...tables({ a: 0, log: 0 }) }],
      ['--where', { ...ALL, ...tables({ a: 7, log: 0 }) }],
      ['--no-create-info', without('sequences', 'views')],
      ['--ignore-views', without('views')],
      ['--skip-triggers', without('triggers')],
      ['--skip-routines', without(...ROUTINES)],
      ['--skip-events', without('events')],
      ['--compatible', ALL],
      ['--of-a-later-version', { tables: [] }],
    ] as const)
      it(`what ${option} leaves out on purpose`, () => {
        const newer = (partial: string[]) => manifest(inventory as Partial<Inventory>, { size: 10, partial });
        expect(compared(newer([]), older), 'without the option').to.not.deep.equal([]);
        expect(compare(newer([option]), older)).to.deep.equal({});
      });
  });

  it('still reports other losses where something is not granted, broken or left out on purpose', () => {
    const older = manifest({ ...tables({ a: 1000, log: 9000, b: 500 }), views: ['v'], events: ['e'] });
    const rest = (wish: Wish, inventory: Partial<Inventory>) => compare(manifest(inventory, wish), older).SHRUNK;
    expect(rest({ found: ['VIEWS_NOT_GRANTED'] }, { ...tables({ a: 1000, log: 9000 }), events: ['e'] })).to.equal(
      'lost: table b (500 rows)',
    );
    expect(rest({ found: ['TABLES_NOT_GRANTED'] }, tables({ a: 1000 }))).to.equal('lost: event e');
    const leavesOut = { partial: ['--ignore-table=pt_xyz.log'] };
    expect(rest(leavesOut, { ...tables({ a: 1000 }), views: ['v'] })).to.equal('lost: table b (500 rows), event e');
    expect(rest(leavesOut, { ...tables({ a: 100, b: 500 }), views: ['v'], events: ['e'] })).to.equal(
      'lost: rows: 1,500 -> 600 in total, table a 1,000 -> 100',
    );
  });

  it('ignores what both backups leave out on purpose, and compares everything else', () => {
    const partial = ['--ignore-table=pt_xyz.log'];
    const older = manifest({ ...tables({ a: 1000, b: 10 }), triggers: ['tr'] }, { partial });
    expect(compare(manifest(tables({ a: 1000 }), { partial }), older).SHRUNK).to.equal(
      'lost: table b (10 rows), trigger tr',
    );
  });
});
