import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectError, request } from '../../testing/service/requests.ts';
import { until } from '../../testing/until.ts';

describe('an error that no one catches', () => {
  let child: ChildProcess;
  let url: string;
  let output: string;
  beforeEach(async () => {
    output = '';
    child = start();
    url = await new Promise<string>((resolve, reject) => {
      child.stdout!.on('data', () => {
        const [, found] = /listens on (http:[^"]+)/.exec(output) ?? [];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(output)));
    });
  });
  afterEach(() => child.kill('SIGKILL'));

  function start(...args: string[]): ChildProcess {
    const program = join(import.meta.dirname, '../../testing/service/buggy-service.ts');
    const started = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.stdout!.on('data', chunk => (output += chunk));
    return started;
  }

  for (const bug of ['rejection', 'exception', 'event'])
    it(`fails the request that it belongs to with 500, and the process goes on: ${bug}`, async () => {
      const answer = await request(`${url}/${bug}`);
      expectError(answer, 500, 'INTERNAL_ERROR');
      expect(answer.text).to.not.contain('a bug');
      const line = loggedBug();
      expect(line.request_id).to.equal(answer.headers.get('x-request-id'));
      expect(line.err.stack).to.contain('a bug: a');
      expect((await request(`${url}/fine`)).text).to.equal('fine');
      expect(child.exitCode).to.equal(null);
    });

  it('is logged when the answer has been sent, and the process goes on', async () => {
    const answer = await request(`${url}/late`);
    expect(answer.text).to.equal('answered before');
    await until('the line of the log', () => output.includes('behind the answer'));
    expect(loggedBug().request_id).to.equal(answer.headers.get('x-request-id'));
    expect((await request(`${url}/fine`)).text).to.equal('fine');
  });

  it('ends a process that does not serve yet, with exit code 1', async () => {
    output = '';
    const [code] = await once(start('start'), 'exit');
    expect(code).to.equal(1);
    expect(output).to.contain('"level":"fatal"').and.contain('a bug of the start');
  });

  // biome-ignore lint/suspicious/noExplicitAny: a test reads any line
  function loggedBug(): any {
    const lines = output.trim().split('\n');
    return lines.map(line => JSON.parse(line)).find(({ msg }) => msg.startsWith('A bug of Lumbung'));
  }
});
