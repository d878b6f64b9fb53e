import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sampleDrill, sampleRestore } from '../../testing/service/sample-reports.ts';
import { type DrillReport, drillReport } from './drill-report.ts';
import { withinLimits } from './report-limits.ts';
import { MAX_LISTED, MAX_REPORT_BYTES, MAX_REPORT_TEXT } from './report-parts.ts';
import { type RestoreReport, restoreReport } from './restore-report.ts';

const KINDS = { restore: [restoreReport, sampleRestore], drill: [drillReport, sampleDrill] } as const;
const difference = { kind: 'table', object: 'orders', expected: '10 rows', found: '9 rows' };
const check = { name: 'orders', sql: 'SELECT 1', expected: '1', found: '1', error: null, agrees: true, seconds: 0.1 };

/** Which of the values below are no mistake in these fields. */
const MAY_BE = new Map<string, (value: unknown) => boolean>([
  ['target_unchanged', value => value === true],
  ['not_tested', Array.isArray],
  ['tables', Array.isArray],
]);

const isDrill = (fields: object) => drillReport.isValidSync({ ...sampleDrill(), ...fields }, { strict: true });
const isRestore = (fields: object) => restoreReport.isValidSync({ ...sampleRestore(), ...fields }, { strict: true });

describe('reports of restores and drills', () => {
  for (const [kind, [schema, sample]] of Object.entries(KINDS)) {
    it(`the report of a ${kind} is accepted unchanged, also with keys of a newer version`, () => {
      const report = { ...sample(), moon: 'full' };
      expect(schema.validateSync(report, { strict: true })).to.deep.equal(report);
    });

    it(`the report of a ${kind} is refused without any of its fields, and with any of a wrong type`, () => {
      const report: Record<string, unknown> = { ...sample() };
      for (const field of Object.keys(report))
        for (const wrong of [undefined, true, -1, ['x'], { x: 1 }, 'x'.repeat(70_000)])
          if (!MAY_BE.get(field)?.(wrong))
            expect(
              schema.isValidSync({ ...report, [field]: wrong }, { strict: true }),
              `${field}: ${wrong}`.slice(0, 99),
            ).to.equal(false);
    });

    it(`the report of a ${kind} is refused with a list that is too long, before its members are looked at`, () => {
      for (const list of ['differences', 'changes', 'not_tested']) {
        const bad = { outcome: kind === 'drill' ? 'not_restorable' : 'differs', reason: 'x' };
        const thrown = () =>
          schema.validateSync(
            { ...sample(), ...bad, difference_count: 100_000, [list]: Array(100_000).fill({}) },
            { strict: true },
          );
        expect(thrown).to.throw(`${list} must have ${MAX_LISTED} members at most, but has 100000`);
      }
    });

    it(`the report of a ${kind} is refused when it ended before it started`, () => {
      const report = { ...sample(), started_at: '2026-11-24T07:00:00.000Z' };
      expect(() => schema.validateSync(report, { strict: true })).to.throw('ended before it started');
    });
  }

  it('the report of a drill never says restorable where it shows that it is not, or that it was not tested', () => {
    expect(isDrill({ checks: [check] })).to.equal(true);
    expect(isDrill({ dump_again: null, not_tested: ['The second dump: MariaDB 11.8 writes others.'] })).to.equal(true);
    expect(isDrill({ dump_again: null })).to.equal(false);
    expect(isDrill({ dump_again: 'differs' })).to.equal(false);
    expect(isDrill({ differences: [difference], difference_count: 1 })).to.equal(false);
    expect(isDrill({ difference_count: 1 })).to.equal(false);
    expect(isDrill({ checks: [{ ...check, found: '0', agrees: false }] })).to.equal(false);
    expect(isDrill({ rto_seconds: null })).to.equal(false);
    for (const outcome of ['not_restorable', 'could_not_test']) {
      expect(isDrill({ outcome }), outcome).to.equal(false);
      expect(isDrill({ outcome, rto_seconds: null, reason: 'no mariadbd was found' }), outcome).to.equal(true);
    }
    expect(isDrill({ checks: [null] })).to.equal(false);
  });

  it('the report of a restore never says that all agrees where it shows that it does not', () => {
    expect(isRestore({ differences: [difference], difference_count: 1 })).to.equal(false);
    expect(isRestore({ rto_seconds: null })).to.equal(false);
    expect(isRestore({ target_unchanged: true })).to.equal(false);
    expect(isRestore({ outcome: 'differs' })).to.equal(false);
    expect(isRestore({ outcome: 'differs', reason: 'CHECK TABLE found damage' })).to.equal(true);
    expect(isRestore({ outcome: 'differs', differences: [difference], difference_count: 1 })).to.equal(true);
    expect(isRestore({ outcome: 'failed' })).to.equal(false);
    expect(isRestore({ outcome: 'failed', reason: 'the connection was lost', target_unchanged: true })).to.equal(true);
    expect(isRestore({ tables: ['orders'] })).to.equal(true);
  });

  it('the lists of a report are cut until it fits into the bytes that the service takes', () => {
    const long = '\0'.repeat(MAX_REPORT_TEXT * 2);
    const cut = withinLimits(
      sampleDrill({
        ...{
          outcome: 'not_restorable',
          reason: long,
          way_reason: long,
          difference_count: 5000,
          not_tested: Array(200).fill(long),
        },
        differences: Array(200).fill({ kind: 'table', object: long, expected: long, found: long }),
        changes: Array(200).fill({ kind: 'definer', object: long, message: long, count: 1 }),
        checks: Array(200).fill({ ...check, sql: long, expected: long, found: long, error: long }),
      }),
    );
    expect(isDrill(cut)).to.equal(true);
    expect(Buffer.byteLength(JSON.stringify(cut))).to.be.within(MAX_REPORT_BYTES / 3, MAX_REPORT_BYTES);
    expect(cut.difference_count).to.equal(5000);
  });

  it('the report in docs/reference/formats.md is a valid one, with all of its fields', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/reference/formats.md'), 'utf8');
    const shown: unknown = JSON.parse(/^```json\n(\{\n {2}"report_version"[\s\S]*?)^```/m.exec(page)![1]!);
    expect(drillReport.validateSync(shown, { strict: true })).to.have.all.keys(Object.keys(sampleDrill()));
  });

  it('a report is made acceptable where a name has several lines, and may hold empty values', () => {
    const empty = { kind: 'co\nlumn', object: '', expected: '', found: '' };
    const report = sampleDrill({
      ...{ outcome: 'not_restorable', reason: 'x', differences: [empty], difference_count: 1 },
      checks: [{ ...check, name: 'two\r\nlines', expected: '', found: '' }],
    });
    expect(isDrill(report)).to.equal(false);
    const cut = withinLimits(report);
    expect(isDrill(cut)).to.equal(true);
    expect(cut.checks.map(({ name }) => name)).to.deep.equal(['two lines']);
  });

  it('a report with long texts and lists is cut to the limits, and keeps its counts', () => {
    const long = '😀'.repeat(5000);
    const differences = Array(5000).fill({ ...difference, object: long, found: long });
    const report: DrillReport = sampleDrill({
      ...{ outcome: 'not_restorable', reason: long, differences, difference_count: 5000, not_tested: [long] },
      changes: Array(5000).fill({ kind: 'definer', object: long, message: long, count: 1 }),
      change_count: 5000,
      checks: [{ ...check, name: long, sql: long }],
    });
    const cut = withinLimits(report);
    expect(drillReport.validateSync(cut, { strict: true })).to.equal(cut);
    expect(cut.differences).to.have.lengthOf(MAX_LISTED);
    expect(cut.difference_count).to.equal(5000);
    expect(cut.reason).to.match(/…$/).and.have.lengthOf.at.most(MAX_REPORT_TEXT);
    expect(cut.reason?.isWellFormed()).to.equal(true);
    expect(Buffer.byteLength(JSON.stringify(cut))).to.be.below(MAX_REPORT_BYTES);
    const restore: RestoreReport = sampleRestore({ tables: Array(5000).fill(long) });
    expect(isRestore(withinLimits(restore))).to.equal(true);
  });
});
