import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Outcome } from '../pipeline/outcome.ts';
import { readLastRun, writeLastRun } from './last-run.ts';
import type { RunReport } from './report.ts';

const report: RunReport = {
  startedAt: new Date('2026-01-01T01:30:00Z'),
  endedAt: new Date('2026-01-01T01:31:00Z'),
  exitCode: 0,
  server: 'http://127.0.0.1:3000/',
  total: 0,
  outcomes: [],
  notDone: [],
  kept: [],
};

describe('last run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-last-run-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read as it was written, by this user only', async () => {
    await writeLastRun(folder, report, false);
    expect(await readLastRun(folder)).to.deep.equal(JSON.parse(JSON.stringify(report)));
    expect((await stat(join(folder, 'last-run.json'))).mode & 0o777).to.equal(0o600);
  });

  it('of some databases only leaves what is known of the others', async () => {
    const outcome = (database: string, state: Outcome['state']): Outcome => ({
      ...{ database, state, isLeftover: false, startedAt: new Date(), seconds: 1, fileName: database, findings: [] },
    });
    const night = { ...report, total: 3, exitCode: 1 };
    const outcomes = [outcome('a', 'failed'), outcome('b', 'failed'), outcome('c', 'complete')];
    await writeLastRun(folder, { ...night, outcomes }, false);
    const morning = { ...report, startedAt: new Date('2026-01-01T09:00:00Z'), total: 1, exitCode: 0 };
    await writeLastRun(folder, { ...morning, outcomes: [outcome('a', 'complete')] }, true);
    const known = (await readLastRun(folder))!;
    expect(known).to.include({ startedAt: '2026-01-01T01:30:00.000Z', total: 3, exitCode: 1 });
    expect(known.outcomes.map(({ database, state }) => `${database} ${state}`)).to.have.members([
      ...['a complete', 'b failed', 'c complete'],
    ]);
    await writeLastRun(folder, { ...morning, outcomes: [outcome('b', 'complete')] }, true);
    expect(await readLastRun(folder)).to.include({ exitCode: 0 });
    await writeLastRun(folder, { ...morning, outcomes: [outcome('new', 'complete')] }, true);
    expect(await readLastRun(folder)).to.include({ exitCode: 0, total: 4 });
  });

  it('is none where there was none, or half of one', async () => {
    expect(await readLastRun(folder)).to.equal(undefined);
    for (const text of ['', '{"outcomes": [', '{}', '[]', 'null']) {
      await writeFile(join(folder, 'last-run.json'), text);
      expect(await readLastRun(folder), text).to.equal(undefined);
    }
  });

  it('that can not be written does not spoil the run', async () => {
    await writeLastRun(join(folder, 'gone'), report, false);
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
