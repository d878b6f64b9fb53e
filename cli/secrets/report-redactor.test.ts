import { expect } from 'chai';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { redactedReport } from './report-redactor.ts';

describe('report-redactor', () => {
  it('takes a secret out of each text that a server or a dump has told, and leaves the rest', () => {
    const report = {
      ...sampleDrill({ database: 's3cret' }),
      ...{ reason: 'a s3cret', way_reason: 'the s3cret', not_tested: ['no s3cret'] },
      differences: [{ kind: 'table', object: 's3cret', expected: '1 s3cret', found: null }],
      changes: [{ kind: 'definer', object: null, message: 's3cret@%', count: 2 }],
    };
    const redacted = redactedReport(report, text => text.replaceAll('s3cret', '***'));
    expect(redacted).to.deep.equal({
      ...report,
      ...{ reason: 'a ***', way_reason: 'the ***', not_tested: ['no ***'] },
      differences: [{ kind: 'table', object: '***', expected: '1 ***', found: null }],
      changes: [{ kind: 'definer', object: null, message: '***@%', count: 2 }],
    });
    expect(redactedReport({ ...report, reason: null }, () => '').reason).to.equal(null);
  });
});
