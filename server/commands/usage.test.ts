import { expect } from 'chai';
import { startInVain } from '../../testing/service/service.ts';
import { VARIABLES } from '../config.ts';
import { COMMANDS } from './commands.ts';

describe('npm start -- --help', () => {
  it('shows each environment variable with its default, also where a variable has a mistake', async () => {
    const { code, output } = await startInVain({ PORT: 'http' }, ['--help']);
    expect(code).to.equal(0);
    for (const name of Object.keys(COMMANDS)) expect(output).to.match(new RegExp(`^ {2}${name} `, 'm'));
    for (const { name } of Object.values(VARIABLES)) expect(output).to.match(new RegExp(`^ {2}${name}\\b`, 'm'));
    expect(output).to.contain('  PORT (default 3000)').and.contain('  VERIFY_UPLOADS (default on)');
    expect(output)
      .to.contain('  MAX_DUMP_BYTES (default 1 TiB)')
      .and.match(/^ {2}PUBLIC_URL$/m)
      .and.contain('each entry of the audit trail is added')
      .and.not.match(/\]\(/);
    expect(output.trimEnd().split('\n').at(-1), 'what is left on a small terminal').to.match(/^ {2}unpin /);
  });
});
