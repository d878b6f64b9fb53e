import { expect } from 'chai';
import type { DatabaseSource } from '../../config/databases.ts';
import { ExplainedError } from '../../errors.ts';
import { checkReplaces } from './replace-check.ts';

describe('the check of the user that restores', () => {
  const source: DatabaseSource = {
    ...{ label: 'pt_xyz', database: 'pt_xyz', host: '10.0.0.1', port: 3306, user: 'lumbung', password: 'geheim' },
    ...{ dumpOptions: [], shrinkLimitPercent: 50 },
  };
  const restoreUser = { user: 'lumbung_restore', password: 'rahasia' };
  const refused = new ExplainedError("Access denied for 'lumbung_restore' with rahasia", {
    advice: 'Check db_username and db_password.',
  });
  const check = (reached: DatabaseSource, ask: () => Promise<undefined>) =>
    checkReplaces({ reached: [reached], ask, workers: 1, signal: new AbortController().signal });
  const refuse = () => Promise.reject(refused);

  it('warns when that user cannot log in, names its own keys, and shows no password', async () => {
    const [only, ...more] = await check({ ...source, restoreUser }, refuse);
    expect(more).to.deep.equal([]);
    expect(only).to.deep.include({ mark: 'warn', subject: 'pt_xyz' });
    expect(only!.message).to.contain("can't log in, so nothing can be restored").and.not.contain('rahasia');
    expect(only!.advice).to.equal('Check restore_username and restore_password.');
  });

  it('is silent when that user can log in, and when the user that backs up restores, too', async () => {
    expect(await check({ ...source, restoreUser }, async () => undefined)).to.deep.equal([]);
    expect(await check(source, refuse)).to.deep.equal([]);
  });
});
