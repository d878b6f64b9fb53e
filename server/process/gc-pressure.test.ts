import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import packageJson from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const [, ...start] = packageJson.scripts.start.split(' ');

describe('the garbage collector', () => {
  it('can be called in a service that npm start starts', async () => {
    const { stdout } = await run(process.execPath, [...start.slice(0, -1), '-p', 'typeof gc']);
    expect(stdout).to.equal('function\n');
  });

  it('can be called in a service that its systemd unit starts', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../../docs/install.md'), 'utf8');
    expect(page).to.contain(`ExecStart=/opt/lumbung/node_modules/.bin/node ${start.join(' ')}\n`);
  });
});
