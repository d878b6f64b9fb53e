import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cpuSecondsSoFar, noteDuration, readDurations, writeDurations } from './durations.ts';

describe('the notes of how long test files take', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-durations-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('have the last time of each file, on one line each when they are written again', async () => {
    const path = join(folder, 'cache/seconds.txt');
    expect(readDurations(path).size).to.equal(0);
    writeDurations(new Map(), path);
    for (const seconds of [3, 2.25])
      noteDuration(join(import.meta.dirname, 'a name.test.ts'), { seconds, cpuSeconds: 0.5 }, path);
    noteDuration(join(import.meta.dirname, '../cli/b.test.ts'), { seconds: 1, cpuSeconds: 2 }, path);
    const durations = readDurations(path);
    expect([...durations]).to.deep.equal([
      ['testing/a name.test.ts', { seconds: 2.3, cpuSeconds: 0.5 }],
      ['cli/b.test.ts', { seconds: 1, cpuSeconds: 2 }],
    ]);
    writeDurations(durations, path);
    expect(await readFile(path, 'utf8')).to.equal('2.3 0.5 testing/a name.test.ts\n1.0 2.0 cli/b.test.ts\n');
  });

  it('count the processor time of a child that has ended', () => {
    const before = cpuSecondsSoFar();
    const own = process.cpuUsage();
    execFileSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 300_000);']);
    const { user, system } = process.cpuUsage(own);
    expect(cpuSecondsSoFar() - before).to.be.greaterThan((user + system) / 1e6 + 0.05);
  });

  it('are missing without harm where they cannot be written', () => {
    writeDurations(new Map([['a.test.ts', { seconds: 1, cpuSeconds: 1 }]]), '/dev/null/seconds.txt');
    noteDuration('a.test.ts', { seconds: 1, cpuSeconds: 1 }, '/dev/null/seconds.txt');
    expect(readDurations('/dev/null/seconds.txt').size).to.equal(0);
  });
});
