import { expect } from 'chai';
import fc from 'fast-check';
import { sampleEntry, sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import { MAX_RUN_DATABASES } from './roster-entry.ts';
import { withinRunLimits } from './run-limits.ts';
import { MAX_RUN_BYTES, type RunReport, runReport } from './run-report.ts';

const isTaken = (report: RunReport) => runReport.isValidSync(report, { strict: true });
const bytesOf = (report: RunReport) => Buffer.byteLength(JSON.stringify(report));

describe('the report of a run', () => {
  it('stays as it is where it is no longer than the service takes', () => {
    const report = sampleRun(['a', 'b'], { exit_code: 1, outcomes: [sampleOutcome('a'), sampleFailure('b')] });
    expect(withinRunLimits(report)).to.deep.equal(report);
    expect(isTaken(report)).to.equal(true);
  });

  it('says that texts were cut, and counts the findings that are left out', () => {
    const findings = Array.from({ length: 60 }, (_, i) => `CODE_${i}`);
    const outcomes = [sampleFailure('a', { message: 'x'.repeat(5000), findings, finding_count: 60 })];
    const cut = withinRunLimits(sampleRun(['a'], { exit_code: 2, outcomes }));
    expect(cut).to.include({ cut: true, left_out: 0 });
    expect(cut.outcomes[0]!.message).to.have.length(1000).and.match(/…$/);
    expect(cut.outcomes[0]!.findings).to.have.length(50);
    expect(cut.outcomes[0]!.finding_count).to.equal(60);
    expect(isTaken(cut)).to.equal(true);
  });

  it('has no roster rather than a part of one', () => {
    const labels = Array.from({ length: MAX_RUN_DATABASES + 1 }, (_, i) => `db_${i}`);
    const cut = withinRunLimits(sampleRun([], { roster: labels.map(label => sampleEntry(label)) }));
    expect(cut).to.include({ roster: null, cut: true });
  });

  it('of databases that all fail with long texts is cut to what the service takes, and loses none of them', () => {
    // A tenth of what a report may have, in a tenth of the room: the same for each database.
    const [most, maxBytes] = [MAX_RUN_DATABASES / 10, MAX_RUN_BYTES / 10];
    const long = '😀'.repeat(1500);
    const outcomes = Array.from({ length: most }, (_, i) =>
      sampleFailure(`db_${i}`, { message: long, advice: long, cause: { where: long, why: long } }),
    );
    const cut = withinRunLimits(sampleRun([], { exit_code: 2, outcomes }), maxBytes);
    expect(bytesOf(cut)).to.be.at.most(maxBytes);
    expect(isTaken(cut)).to.equal(true);
    expect(cut).to.include({ cut: true, left_out: 0 });
    expect(cut.outcomes).to.have.length(most);
  });

  it('leaves out databases that are well rather than failures, where there are too many', () => {
    const well = Array.from({ length: MAX_RUN_DATABASES }, (_, i) => sampleOutcome(`db_${i}`));
    const cut = withinRunLimits(sampleRun([], { exit_code: 1, outcomes: [...well, sampleFailure('last')] }));
    expect(cut.outcomes[0]).to.include({ database: 'last', state: 'failed' });
    expect(cut).to.include({ left_out: 1, cut: true });
  });

  it('is never larger than any limit, and what is left out is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3000 }), { maxLength: 20 }), fc.nat(20_000), (texts, more) => {
        const outcomes = texts.map((text, i) =>
          sampleFailure(`db_${i}`, { message: text || 'x', advice: text || null }),
        );
        const report = sampleRun([], { exit_code: 2, outcomes });
        const least = bytesOf({ ...report, outcomes: [] });
        const cut = withinRunLimits(report, least + 10 + more);
        expect(bytesOf(cut)).to.be.at.most(least + 10 + more);
        expect(cut.left_out + cut.outcomes.length).to.equal(texts.length);
        expect(isTaken(cut)).to.equal(true);
      }),
      { numRuns: 50 },
    );
  });
});
