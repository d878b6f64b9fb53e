import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import manifest from '../../package.json' with { type: 'json' };
import { COMPILE_CACHE } from '../../testing/compile-cache.ts';
import { request } from '../../testing/service/requests.ts';
import { startService } from '../../testing/service/service.ts';
import { until } from '../../testing/until.ts';

describe('signals', function () {
  this.timeout(60_000);
  let folder: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-signals-'));
    env = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('that rotate logs are ignored, and open no inspector', async () => {
    await using service = await startService(env);
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
      process.kill(service.pid, signal);
      await until(`a line of ${signal}`, () => service.output().includes(`${signal} is ignored`));
    }
    await sleep(300);
    expect(service.output()).to.not.contain('Debugger listening');
    expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
    expect(await service.stop()).to.equal(0);
  });

  it('open no inspector while it starts either, the way npm start starts it', async () => {
    const [program, ...args] = manifest.scripts.start.split(' ');
    expect(program).to.equal('node');
    const child = spawn(process.execPath, args, {
      env: { ...env, PATH: process.env.PATH, PORT: '0', ...COMPILE_CACHE },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
    const exited = once(child, 'exit');
    await until('Node to see to the signal', () => handlesUsr1(child.pid!));
    expect(output, 'nothing of ours has run yet').to.equal('');
    child.kill('SIGUSR1');
    await until('its end or its start', () => child.exitCode !== null || output.includes('Lumbung listens'));
    child.kill();
    await exited;
    expect(output).to.contain('Lumbung listens').and.not.contain('Debugger listening');
  });

  it('end it at SIGHUP when its terminal goes away', async () => {
    const command = `echo $$; exec ${process.execPath} server/main.ts`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, ...env, PORT: '0' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', chunk => (text += chunk));
    const exited = once(child, 'exit');
    await until('the start', () => text.includes('Lumbung listens'));
    process.kill(Number(/^\d+/.exec(text)![0]), 'SIGHUP');
    expect((await exited)[0]).to.equal(0);
    expect(text).to.contain('SIGHUP: Lumbung finishes what is running');
  });
});

/** Whether it catches or blocks the signal already: before that the system would end it. */
async function handlesUsr1(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const masks = [...status.matchAll(/^Sig(?:Blk|Cgt):\t(\w+)$/gm)].map(([, mask]) => BigInt(`0x${mask}`));
  return masks.some(mask => (mask & (1n << 9n)) !== 0n);
}
