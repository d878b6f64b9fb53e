import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FINDINGS, FORMER_CODES } from '../../protocol/finding-codes.ts';
import { mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { EXIT, ExplainedError, type InterruptingSignal } from '../errors.ts';
import { type LastRun, readLastRun, writeLastRun } from './last-run.ts';
import type { Outcome } from './outcome.ts';

const outcome: Outcome = {
  ...{
    database: 'pt_xyz',
    state: 'failed',
    isLeftover: false,
    startedAt: new Date('2026-01-01T01:30:01Z'),
    seconds: 1.5,
  },
  ...{
    fileName: 'f',
    dumpBytes: 7,
    findings: [{ code: 'NOT_TRANSACTIONAL', severity: 'warning', message: 'some_key' }],
  },
  failure: { stage: 'upload', message: 'no', keptAt: '/work/f', cause: { where: 'http://h', why: 'is down' } },
  loss: {
    ...{ id: 7, timestamp: '2026-01-01 01:30:00', message: 'lost: table faktur' },
    reference: { id: 6, file_name: 'e', timestamp: '2025-12-31 01:30:00', state: 'complete' },
  },
};
const report: LastRun = {
  startedAt: new Date('2026-01-01T01:30:00Z'),
  endedAt: new Date('2026-01-01T01:31:00Z'),
  exitCode: 2,
  server: 'http://127.0.0.1:3000/',
  total: 1,
  outcomes: [outcome],
  notDone: [],
  kept: ['/work/f'],
  told: [{ database: 'pt_xyz', text: 'NOT_TRANSACTIONAL', toldAt: new Date('2026-01-01T01:31:00Z') }],
};

describe('last run', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-last-run-'));
    path = join(folder, 'last-run.json');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const reading = async () => {
    const read = await readLastRun(folder).catch((error: ExplainedError) => error);
    if (!(read instanceof ExplainedError)) return read;
    expect(read.advice).to.contain('the next run writes the file again');
    return read.message;
  };

  it('is read as it was written, by this user only', async () => {
    await writeLastRun(folder, report);
    expect(await readLastRun(folder)).to.deep.equal(report);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  for (const interruptedBy of Object.keys(EXIT.interrupted) as InterruptingSignal[])
    it(`of a run that ${interruptedBy} ended is read too`, async () => {
      await writeLastRun(folder, { ...report, interruptedBy });
      expect((await readLastRun(folder))!.interruptedBy).to.equal(interruptedBy);
    });

  it('is JSON in snake_case, with times in UTC', async () => {
    await writeLastRun(folder, report);
    const json = JSON.parse(await readFile(path, 'utf8'));
    expect(json).to.include({ started_at: '2026-01-01T01:30:00.000Z', exit_code: 2 });
    expect(json.outcomes[0]).to.include({ dump_bytes: 7, is_leftover: false, file_name: 'f' });
    expect(json.told[0]).to.include({ told_at: '2026-01-01T01:31:00.000Z' });
    expect(JSON.stringify(json).match(/"[a-z]+[A-Z]\w*":/g)).to.equal(null);
  });

  it('of an earlier version is read with the codes of today, and so are the warnings that it reported', async () => {
    const codes = Object.entries(FORMER_CODES);
    const former = codes.map(([code, today]) => ({ code, severity: FINDINGS[today], message: 'x' }));
    const told = (text: string) => ({ text, toldAt: new Date('2026-01-01T01:31:00Z') });
    const findings = former as never;
    await writeLastRun(folder, {
      ...{ ...report, outcomes: [{ ...outcome, findings }] },
      told: [...codes.map(([code]) => told(`${code}: # times`)), told('the disk: is full')],
    });
    const read = await readLastRun(folder);
    expect(read!.outcomes[0]!.findings).to.deep.equal(
      former.map((found, index) => ({ ...found, code: codes[index]![1] })),
    );
    expect(read!.told!.map(({ text }) => text)).to.deep.equal([
      ...codes.map(([, today]) => `${today}: # times`),
      'the disk: is full',
    ]);
  });

  it('of an earlier version, in camelCase, is read too', async () => {
    const { told: _, ...rest } = report;
    await writeFile(path, JSON.stringify(rest));
    expect(await readLastRun(folder)).to.deep.equal(rest);
  });

  it('is undefined only when the file does not exist', async () => expect(await reading()).to.equal(undefined));

  it("that can't be read is an error that says why, for any kind of damage", async () => {
    const whole = JSON.stringify(report);
    for (const [text, why] of [
      ['', 'it is empty'],
      [whole.slice(0, 200), 'it is not JSON, and may be cut off'],
      ['\0'.repeat(4096), 'it is not JSON, and may be cut off'],
      ['null', 'it is not the report of a run'],
      ['[]', 'it is not the report of a run'],
      ['{}', 'it is not the report of a run'],
      ['{"outcomes": []}', 'it is not the report of a run (kept is a required field'],
      [whole.replace('"failed"', '"fine"'), 'it is not the report of a run (outcomes[0].state must be one of'],
    ] as const) {
      await writeFile(path, text);
      expect(await reading(), text.slice(0, 50)).to.contain(`${path} can't be read: ${why}`);
    }
  });

  it("that is a link, or another user's, is an error that says so", async () => {
    await symlink('/etc/hostname', path);
    expect(await reading()).to.contain('it is a link');
    await rm(path);
    await writeLastRun(folder, report);
    await chmod(path, 0);
    if (process.getuid?.() !== 0) expect(await reading()).to.contain('EACCES');
  });

  it('that cannot be written leaves the one before it, and says so', async () => {
    const small = join(folder, 'small');
    using disk = mountSmallDisk(small, 1);
    if (!disk) return;
    await writeLastRun(small, report);
    await writeFile(join(small, 'full'), Buffer.alloc(2 << 20)).catch(() => {});
    const error = await writeLastRun(small, { ...report, exitCode: 0 }).catch(error => error);
    expect(error).to.be.instanceOf(ExplainedError);
    expect(error.message).to.contain("last-run.json can't be written: ").and.contain('ENOSPC');
    expect((await readLastRun(small))!.exitCode).to.equal(2);
    expect(await readdir(small)).to.have.members(['last-run.json', 'full']);
  });
});
