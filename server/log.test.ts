import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

describe('log', () => {
  it('keeps the statement of a failed query out, and what it repeats of it short', async () => {
    const script = `
      import { createLog } from './server/log.ts';
      const log = await createLog({ isTerminal: false });
      const sql = 'insert ' + 'x'.repeat(1_000_000);
      log.error({ err: Object.assign(new Error(sql + ' - Packet too large'), { sql, code: 'ER_X' }) }, 'it failed');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await text(child.stdout);
    expect(line.length).to.be.below(15_000);
    const { err, msg } = JSON.parse(line);
    expect(msg).to.equal('it failed');
    expect(err).to.include({ type: 'Error', code: 'ER_X' }).and.not.to.have.property('sql');
    expect(err.message).to.match(/^insert x+ … \d+ characters left out … x+ - Packet too large$/);
  });
});
