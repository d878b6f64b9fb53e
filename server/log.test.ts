import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { serviceSettings } from '../testing/cli/fault-scene.ts';
import { startService } from '../testing/service/service.ts';

describe('log', () => {
  it('leaves out the statement of a failed query, and shortens the error message that repeats it', async () => {
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

  it('ends a program that fails although the disk under its log is full', async () => {
    for (const args of [['no-such-command'], ['--help']]) {
      const full = await open('/dev/full', 'w');
      const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
        stdio: ['ignore', full.fd, 'ignore'],
        timeout: 20_000,
        env: {},
      });
      const [code, signal] = await once(child, 'exit');
      await full.close();
      expect([code, signal], args[0]).to.deep.equal([1, null]);
    }
  });

  it('shows with LOG_LEVEL=debug that a request has begun, and without it only its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-log-'));
    try {
      for (const [level, wanted] of [
        ['debug', ['GET / begins', 'GET / 200']],
        ['info', ['GET / 200']],
      ] as const) {
        await using service = await startService({ ...serviceSettings(folder), LOG_LEVEL: level });
        await fetch(service.url);
        await service.stop();
        const messages = service
          .output()
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line).msg);
        expect(
          messages.filter(message => /^GET /.test(message)),
          level,
        ).to.deep.equal(wanted);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
