import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { COMPILE_CACHE } from './compile-cache.ts';

const MOCHA = join(import.meta.dirname, '../node_modules/mocha/bin/mocha.js');
const HOOKS = join(import.meta.dirname, 'hooks.ts');

/** Test files that pass but for what they lose or leave behind, and what the run says of it. */
const FILES: Readonly<Record<string, readonly [source: string, message: string]>> = {
  'in a test': [`it('x', async () => void Promise.reject(new Error('lost 1')));`, 'lost 1'],
  'while loading': [`it('x', () => {}); void Promise.reject(new Error('lost 2'));`, 'lost 2'],
  'after all': [
    `describe('y', () => { it('x', () => {}); after(() => void Promise.reject(new Error('lost 3'))); });`,
    'lost 3',
  ],
  thread: [
    `import { Worker } from 'node:worker_threads';
     it('x', () => void new Worker('setInterval(() => {}, 1000)', { eval: true }));`,
    'left some of these behind: Timeout, Worker',
  ],
  socket: [
    `import { createServer } from 'node:net';
     it('x', done => void createServer().listen(import.meta.dirname + '/left.sock', done));`,
    'left.sock',
  ],
  timer: [`it('x', () => void setInterval(() => {}, 1000));`, 'left some of these behind: Timeout, Timeout'],
};

describe('a run of tests', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-hooks-'));
    for (const [name, [source]] of Object.entries(FILES)) await writeFile(join(folder, `${name}.test.mjs`), source);
    await writeFile(join(folder, 'well.test.mjs'), `it('x', () => {});`);
  });
  after(() => rm(folder, { recursive: true }));

  const run = async (options: readonly string[], names: readonly string[]) => {
    const files = names.map(name => join(folder, `${name}.test.mjs`));
    const args = [MOCHA, '--no-config', '--require', HOOKS, '--reporter', 'spec', ...options, ...files];
    const env = { ...process.env, ...COMPILE_CACHE, TEST_GRACE_MS: '300' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number, output: out + said };
  };

  it('fails for each file that loses a rejection, or leaves a thread, a server or a timer behind', async () => {
    const { code, output } = await run(['--parallel', '--jobs', '2'], [...Object.keys(FILES), 'well']);
    for (const [name, [, message]] of Object.entries(FILES)) expect(output, name).to.contain(message);
    expect(output).to.contain(`${Object.keys(FILES).length} failing`);
    expect(code).to.equal(Object.keys(FILES).length);
  });

  it('fails for a rejection that is lost where one file runs alone, and passes where nothing is lost', async () => {
    const { code, output } = await run([], ['in a test']);
    expect(output).to.contain('lost 1');
    expect(code).to.equal(1);
    expect(await run([], ['well'])).to.have.property('code', 0);
  });
});
