import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { sourceRedactor } from './source-redactor.ts';

const source = (password: string): DatabaseSource => ({
  ...{ label: 'pt_xyz', database: 'shop', host: 'db.example', port: 3306, user: 'kasir', password },
  ...{ dumpOptions: [], shrinkLimitPercent: 50 },
});

describe('source-redactor', () => {
  it('takes the password out of findings: a table may be named by it', () => {
    const { message, advice } = sourceRedactor(source('s3cret')).finding(
      finding('NOT_TRANSACTIONAL', 'tables: s3cret (MyISAM)', 'ALTER TABLE `s3cret`;'),
    );
    expect({ message, advice }).to.deep.equal({ message: 'tables: *** (MyISAM)', advice: 'ALTER TABLE `***`;' });
  });

  it('takes it out of all that an error says', () => {
    const sharedCause = { where: 'h', why: 'said s3cret' };
    const error = new ExplainedError('got s3cret', { advice: 'not s3cret', sharedCause });
    const said = sourceRedactor(source('s3cret')).error(error) as ExplainedError;
    expect(said).to.equal(error);
    expect([said.message, said.advice, said.sharedCause!.why, said.stack].join())
      .to.contain('got ***')
      .and.not.contain('s3cret');
  });

  it('leaves a password that is too short to be told from other text, or a name that everyone may read', () => {
    for (const password of ['', 'abc', 'kasir', 'SHOP', 'pt_xyz', 'db.example'])
      expect(sourceRedactor(source(password)).text('abc kasir shop SHOP pt_xyz db.example'), password).to.equal(
        'abc kasir shop SHOP pt_xyz db.example',
      );
  });

  it('cuts off what would fill a mail or a manifest', () =>
    expect(sourceRedactor(source('s3cret')).text('x'.repeat(1_000_000)).length).to.be.below(21_000));
});
