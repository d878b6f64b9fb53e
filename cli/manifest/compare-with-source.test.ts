import { expect } from 'chai';
import { emptyInventory, type Inventory } from '../../protocol/manifest.ts';
import { sampleReport } from '../../testing/cli/samples.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { compareWithSource } from './compare-with-source.ts';

const objects: SourceReport['objects'] = {
  ...{
    tables: ['a', 'b'],
    sequences: ['s'],
    views: ['v'],
    triggers: ['on_a', 'on_b'],
    procedures: ['p'],
    functions: ['f'],
  },
  ...{ packages: ['pk'], package_bodies: ['pk'], events: ['e'] },
};
const report = sampleReport({
  objects,
  triggerTables: new Map([
    ['on_a', 'a'],
    ['on_b', 'b'],
  ]),
});
const whole = (): Inventory => ({
  ...structuredClone(objects as unknown as Inventory),
  tables: objects.tables.map(name => ({ name, rows: 0, bytes: 0 })),
});
const missing = (inventory: Inventory, dumpOptions: string[] = [], more: Partial<SourceReport> = {}) =>
  compareWithSource(inventory, { ...report, ...more }, dumpOptions, { database: 'shop' }).map(({ code, message }) => [
    code,
    message,
  ]);

describe('hold-against', () => {
  it('says nothing of a dump that holds all, or more', () => {
    expect(missing(whole())).to.deep.equal([]);
    expect(missing({ ...whole(), views: ['v', 'new'] })).to.deep.equal([]);
  });

  for (const kind of Object.keys(objects) as (keyof typeof objects)[])
    it(`misses ${kind}`, () => {
      const [[code, message]] = missing({ ...whole(), [kind]: [] }) as [[string, string]];
      expect(code).to.equal('OBJECTS_MISSING');
      expect(message).to.equal(
        `the server has objects that are not in the dump: ${kind.replace('_', ' ')} ${objects[kind].join(', ')}`,
      );
    });

  it('names all kinds in one finding, and of each the first ten', () => {
    const tables = Array.from({ length: 12 }, (_, i) => `t${i}`);
    expect(missing({ ...whole(), events: [] }, [], { objects: { ...objects, tables } })).to.deep.equal([
      [
        'OBJECTS_MISSING',
        'the server has objects that are not in the dump: tables t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more; events e',
      ],
    ]);
  });

  it('does not miss what the user or the preflight left out, nor its triggers', () => {
    const left = { ...whole(), tables: whole().tables.slice(1), triggers: ['on_b'], views: [] };
    const options = ['--ignore-table=shop.a', '--ignore-table=shop.v'];
    expect(missing(left, options)).to.deep.equal([]);
    expect(missing(left, [], { fallbackOptions: options })).to.deep.equal([]);
    expect(missing({ ...left, triggers: [] }, options)[0]![1]).to.match(/: triggers on_b$/);
    expect(missing(left, ['--ignore-table=other.a', '--ignore-table=other.v'])[0]![1]).to.match(
      /: tables a; views v; triggers on_a$/,
    );
  });

  it('does not miss a twin of another case that an option of the user takes along, but one that a concession does', () => {
    const twins = { objects: { ...objects, views: ['V', 'v'], tables: ['a', 'A', 'b'] } };
    const left = { ...whole(), tables: whole().tables.slice(1), triggers: ['on_b'], views: [] };
    const options = ['--ignore-table=Shop.a', '--ignore-table=shop.V'];
    expect(missing(left, options, twins)).to.deep.equal([]);
    expect(
      missing(left, ['--ignore-table=shop.a'], { ...twins, fallbackOptions: ['--ignore-table=shop.v'] })[0]![1],
    ).to.match(/: views V$/);
  });

  it('does not miss whole kinds that were left out', () => {
    const left = { ...emptyInventory(), tables: whole().tables, sequences: ['s'], views: ['v'] };
    expect(missing(left, ['--skip-triggers', '--skip-routines'], { fallbackOptions: ['--skip-events'] })).to.deep.equal(
      [],
    );
    expect(missing(left, ['--skip-triggers', '--skip-routines'])[0]![1]).to.match(/: events e$/);
    expect(missing({ ...whole(), tables: [], views: [], sequences: [] }, ['--no-create-info'])).to.deep.equal([]);
  });

  it('tells a name from an inherited property', () =>
    expect(missing(whole(), [], { objects: { ...objects, tables: ['__proto__', 'constructor'] } })[0]![1]).to.match(
      /: tables __proto__, constructor$/,
    ));
});
