import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { testsPeers } from '../testing/peers.ts';
import type { Report } from './results/document.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

/** Most of its cases take longer than all other tests of a folder: they run in `npm run test:peers`. */
const itOfPeers = testsPeers ? it : () => {};
const itOfAll = testsPeers ? () => {} : it;

/** No figure is looked at: this only keeps the benchmark from rotting unseen. */
describe('npm run bench', function () {
  this.timeout(60_000); // several servers start; ten seconds on a machine with nothing else to do
  let folder: string;
  const start = (...args: string[]) =>
    spawn(process.execPath, [MAIN, '--size', 'tiny', '--rounds', '1', '--json', join(folder, 'bench.json'), ...args], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  itOfAll('runs its cases in turns, checks what comes out, and writes it down', async () => {
    const child = start('--only', 'zip,database');
    const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);

    expect(code, said).to.equal(0);
    expect(out).to.contain('zip -6').and.to.contain('floor');
    const { cases } = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8')) as Report;
    expect(cases.map(({ name }) => name)).to.deep.equal(['zip', 'database']);
    for (const { rows, targets } of cases) {
      for (const { name, seconds } of rows) expect(seconds, name).to.be.greaterThan(0);
      expect(targets).not.to.be.empty;
    }
    expect(await readdir(folder)).to.deep.equal(['bench.json']);
  });

  itOfPeers('loads a dump in each way, and compares what was loaded with the source', async function () {
    this.timeout(180_000);
    const child = start('--only', 'restore');
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close'), text(child.stdout)]);

    expect(code, said).to.equal(0);
    const { cases } = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8')) as Report;
    const [{ rows, targets } = { rows: [], targets: [] }] = cases;
    for (const { name, seconds } of rows) expect(seconds, name).to.be.greaterThan(0);
    expect(targets[0]!.what).to.equal('ours / unzip -p | mariadb');
    expect(targets[0]!.value).to.be.greaterThan(0);
  });

  itOfPeers('asks services and bare peers over a MariaDB store, and gets the same from them', async function () {
    this.timeout(180_000); // some thirty runs, each a process of its own
    const child = start('--only', 'history-mariadb');
    const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);

    expect(code, said).to.equal(0);
    expect(out).to.contain('p95 ms');
    const { cases } = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8')) as Report;
    expect(cases.map(({ name }) => name)).to.deep.equal(['history-mariadb']);
    for (const { rows, targets } of cases) {
      expect(rows).to.have.length(5 * 3 + 2);
      for (const { name, summary } of rows) expect(summary?.latency?.p95, name).to.be.greaterThan(0);
      for (const { what, value } of targets) expect(value, what).to.be.greaterThan(0);
    }
    expect(await readdir(folder)).to.deep.equal(['bench.json']);
  });

  itOfPeers('asks a service for the page of a fleet, once all of it was evaluated', async function () {
    this.timeout(180_000); // its service evaluates once a minute
    const child = start('--only', 'fleet-mariadb');
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close'), text(child.stdout)]);

    expect(code, said).to.equal(0);
    const { cases } = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8')) as Report;
    for (const { rows, targets } of cases) {
      expect(rows).to.have.length(3 * 2);
      expect(targets).to.have.length(3 * 3);
      for (const { what, value } of targets) expect(value, what).to.be.greaterThan(0);
    }
  });

  itOfAll('leaves nothing behind when it is interrupted', async () => {
    const child = start('--only', 'zip');
    for await (const line of child.stderr) if (String(line).includes('1: sade')) break;
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');

    expect(code).to.equal(130);
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
