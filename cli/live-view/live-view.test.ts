import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { Terminal } from '../../testing/cli/terminal.ts';
import type { BackupJob } from '../pipeline/jobs.ts';
import { LiveView } from './live-view.ts';

const GB = 1e9;

describe('live-view', () => {
  const backup = { database: 'd', fileName: 'd.sql.zip', isLeftover: false } as BackupJob;

  /** @returns the lines that were drawn last while that happened */
  const drawnAfter = async (
    happen: (view: LiveView) => unknown,
    expected = new Map<string, number>(),
    ms = 300,
  ): Promise<string[]> => {
    const written: string[] = [];
    const stream = new Writable({ write: (piece, _encoding, done) => done(void written.push(String(piece))) });
    {
      using view = new LiveView(Object.assign(stream, { columns: 120, rows: 30, isTTY: true }) as never, {
        signal: new AbortController().signal,
        expected,
      });
      await happen(view);
      await sleep(ms);
    }
    return stripVTControlCharacters(written.join('')).trim().split('\n');
  };
  const lineAfter = async (happen: (view: LiveView) => unknown, ms?: number) =>
    (await drawnAfter(happen, undefined, ms)).at(-2)!;
  const speedOf = (line: string) => / {2}([\d.,]+ \S+)\/s/.exec(line)![1]!;

  it('shows a zip that has followed its dump where it is, and its speed since then', async () => {
    const line = await lineAfter(view => {
      view.onStart(backup, 'dump', { path: '/nowhere' });
      view.onProgress(backup, 50 * GB);
      view.onStart(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
    }, 1300);
    expect(line).to.contain('zip').and.contain('50 %');
    expect(speedOf(line)).to.match(/^0 B$/);
  });

  it('shows the speed of a dump by the real time, while a zip follows it and tells how far it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-speed-'));
    const path = join(folder, 'dump');
    const line = await lineAfter(async view => {
      view.onStart(backup, 'dump', { path });
      for (let tenth = 1; tenth <= 20; tenth++) {
        await appendFile(path, Buffer.alloc(100 * 1024));
        view.onProgress(backup, tenth * 90 * 1024);
        await sleep(100);
      }
    }, 10);
    await rm(folder, { recursive: true });
    expect(line).to.contain('dump');
    // 20 times 100 KiB in two seconds and some; a loaded machine takes longer.
    const [number, unit] = speedOf(line).split(' ');
    expect(Number(number), line).to.be.within(100, 1024);
    expect(unit).to.equal('KiB');
  });

  it('shows the speed of a zip that was restarted, and of the upload after it', async () => {
    const again = await lineAfter(view => {
      view.onStart(backup, 'dump', { path: '/nowhere' });
      view.onProgress(backup, 50 * GB);
      view.onStart(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
      view.onProgress(backup, 1000);
    }, 1500);
    expect(speedOf(again))
      .to.match(/^[\d.,]+ [kK]?i?B$/)
      .and.not.match(/-/);
    const upload = await lineAfter(view => {
      view.onStart(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
      view.onProgress(backup, 100 * GB);
      view.onStart(backup, 'upload', { path: '/nowhere', bytes: 1000 });
      view.onProgress(backup, 500);
    });
    expect(upload).to.contain('50 %');
  });

  it('shows of a dump how much of its estimate is done, and none of it once the dump is larger', async () => {
    const share = async (bytes: number) =>
      / (\d+ %)/.exec(
        await lineAfter(view => {
          view.onStart(backup, 'dump', { path: import.meta.filename });
          view.onStart(backup, 'dump', { path: import.meta.filename, bytes });
        }),
      )?.[1];
    const { size } = await stat(import.meta.filename);
    expect(await share(size)).to.equal('99 %');
    expect(await share(1)).to.equal(undefined);
    expect(Number.parseInt((await share(50_000)) ?? '', 10)).to.be.within(5, 40);
  });

  it('counts a dump that is larger than its estimate with what it has by then', async () => {
    const happen = (view: LiveView) => view.onStart(backup, 'dump', { path: import.meta.filename, bytes: 1000 });
    const lines = await drawnAfter(happen, new Map([['d', 1000]]));
    const [, done, total] = /([\d.]+) KiB of about ([\d.]+) KiB \(80 %\)/.exec(lines.at(-1)!)!;
    const { size } = await stat(import.meta.filename);
    expect(Number(total)).to.be.closeTo(size / 1024, 0.2);
    expect(Number(done)).to.be.closeTo((0.8 * size) / 1024, 0.2);
  });

  it('shows below all databases how far the whole run is', async () => {
    const expected = new Map([
      ['d', 1 * GB],
      ['e', 3 * GB],
    ]);
    const lines = await drawnAfter(view => {
      view.onStart(backup, 'upload', { path: '/nowhere', bytes: 1000 });
      view.onProgress(backup, 1000);
    }, expected);
    expect(lines.at(-1)).to.equal('0 of 2 databases done, 953.7 MiB of about 3.7 GiB (25 %)');
  });

  describe('on a terminal', () => {
    const NAMES = [
      'sekolah_harapan_bangsa_095',
      '数据库客户的名字很长很长很长很长很长',
      'pt_xyz',
      ...range(30).map(n => `cv_${n}`),
    ];

    /** A program that shows a run of so many databases, and then what `more` does. */
    const command = (count: number, more: string) => {
      const code = `
        import { LiveView } from ${JSON.stringify(new URL('./live-view.ts', import.meta.url).href)};
        import { execFileSync } from 'node:child_process';
        const names = ${JSON.stringify(NAMES.slice(0, count))};
        const { signal } = new AbortController();
        const view = new LiveView(process.stdout, { signal, expected: new Map(names.map(name => [name, 1e8])) });
        const backups = names.map(database => ({ database, fileName: database + '.zip', isLeftover: false }));
        const sleep = ms => new Promise(done => setTimeout(done, ms));
        for (const backup of backups) view.onStart(backup, 'upload', { path: '/nowhere', bytes: 1e8 });
        for (const backup of backups) view.onProgress(backup, 45e6);
        await sleep(400);
        ${more}
        view[Symbol.dispose]();
        console.log('the end');`;
      return [process.execPath, '--input-type=module', '-e', code];
    };
    const run = async (size: { columns: number; rows: number }, count: number, more = 'await sleep(30_000);') => {
      const terminal = Terminal.open(command(count, more), size);
      return terminal;
    };

    for (const columns of [60, 100, 200])
      it(`has no line wider than ${columns} columns, also with names in Chinese, and one for the whole run`, async () => {
        await using terminal = await run({ columns, rows: 40 }, 3);
        await terminal.shows(/iB\/s/);
        const lines = (await terminal.screen()).split('\n');
        expect(lines, 'none was broken').to.have.length(4);
        expect(lines[0]).to.match(
          columns < 80 ? /^upload {3}45 % {2} +[\d.]+ \wiB\/s {2}sekolah/ : /sekolah_harapan_bangsa_095$/,
        );
        expect(lines[1]).to.contain('数据库');
        expect(lines[3]).to.match(/^0 of 3 databases done, .*94 %/);
      });

    it('shows as many databases as there are rows for, and how many more there are', async () => {
      await using terminal = await run({ columns: 100, rows: 10 }, 33);
      await terminal.shows('… and 26 more');
      const lines = (await terminal.screen()).split('\n');
      expect(lines).to.have.length(9);
      expect(lines.at(-1)).to.match(/^0 of 33 databases done/);
    });

    for (const rows of [1, 2, 3])
      it(`does not run away on a terminal of ${rows} rows`, async () => {
        await using terminal = await run({ columns: 80, rows }, 33, 'await sleep(1000);');
        expect(await terminal.exitCode).to.equal(0);
        const lines = (await terminal.screen()).split('\n').filter(Boolean);
        expect(lines).to.deep.equal(['the end']);
      });

    it('keeps what has ended above, whole, however long it is, and shows the rest once', async () => {
      const ended = `view.finish({ ...backups[2] }, 'INCOMPLETE pt_xyz GRANT ' + 'x'.repeat(100)); await sleep(400);`;
      await using terminal = await run({ columns: 60, rows: 20 }, 3, `${ended} await sleep(30_000);`);
      await terminal.shows(/1 of 3 databases done/);
      const screen = await terminal.screen();
      expect(terminal.bytes, 'it can be copied').to.contain(`GRANT ${'x'.repeat(100)}`);
      expect(screen.split('INCOMPLETE')).to.have.length(2);
      expect(screen.split('databases done')).to.have.length(2);
      expect(screen.split('sekolah')).to.have.length(2);
    });

    it('fits a terminal that becomes narrower', async () => {
      const narrower = `execFileSync('stty', ['cols', '60'], { stdio: 'inherit' }); await sleep(30_000);`;
      await using terminal = await run({ columns: 200, rows: 20 }, 3, narrower);
      await terminal.shows(/0 of 3 databases done, 94 %/);
    });

    it('leaves none of its lines behind', async () => {
      await using terminal = await run({ columns: 100, rows: 20 }, 33, '');
      expect(await terminal.exitCode).to.equal(0);
      expect(await terminal.screen()).to.equal('the end');
    });
  });
});

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
