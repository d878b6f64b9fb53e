import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { fakeMysqldump } from '../testing/cli/fake-mysqldump.ts';
import { COMPILE_CACHE } from '../testing/compile-cache.ts';
import { portOf } from '../testing/free-port.ts';
import { EXIT } from './errors.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const NODE = process.versions.deno ? 'node' : process.execPath;

describe('main', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-main-'));
  });
  after(() => rm(folder, { recursive: true }));

  const start = (...args: string[]) =>
    spawn(NODE, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...COMPILE_CACHE },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const sade = async (...args: string[]) => {
    const child = start(...args);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number, stdout, stderr };
  };

  it('prints help and version, and ends well', async () => {
    const [all, backup, version] = await Promise.all([sade('--help'), sade('backup', '--help'), sade('--version')]);
    expect([all.code, backup.code, version.code]).to.deep.equal([0, 0, 0]);
    for (const command of ['backup', 'list', 'history', 'download']) expect(all.stdout).to.contain(command);
    for (const option of ['--config', '--server', '--work-dir', '--only', '--timeout', '--json', '--quiet'])
      expect(backup.stdout).to.contain(option);
    for (const command of ['history', 'show', 'accept', 'download'])
      expect((await sade(command, '--help')).stdout, 'an argument that is required').to.match(
        new RegExp(`sade ${command} (ID|DATABASE) \\[options\\]`),
      );
    expect((await sade('accept')).code, 'a missing one is a mistake').to.equal(3);
    expect(version.stdout).to.match(/^sade \d+\.\d+\.\d+\n$/);
  });

  it('starts by sade.js, which keeps beside the code what Node makes of it, and does without where it may not', async () => {
    const place = join(folder, 'installed');
    await mkdir(join(place, 'cli'), { recursive: true });
    await copyFile(join(import.meta.dirname, 'sade.js'), join(place, 'cli/sade.js'));
    await writeFile(join(place, 'package.json'), '{"type":"module"}');
    await writeFile(join(place, 'cli/main.ts'), `console.log(process.argv[2] satisfies unknown);`);
    const run = promisify(execFile);
    const cache = join(place, 'node_modules/.cache/sade');
    const started = () =>
      run(NODE, [join(place, 'cli/sade.js'), 'well'], { cwd: '/', env: { PATH: process.env.PATH } });
    await writeFile(join(place, 'node_modules'), 'a file is no folder, to root neither');
    expect(await started()).to.deep.equal({ stdout: 'well\n', stderr: '' });
    await rm(join(place, 'node_modules'));
    expect(await started()).to.deep.equal({ stdout: 'well\n', stderr: '' });
    expect(await readdir(cache)).to.have.length(1);
    expect(await started()).to.deep.equal({ stdout: 'well\n', stderr: '' });
  });

  it('names a mistake in the call, and ends with the code for it', async () => {
    const calls: [string[], RegExp][] = [
      [['--frobnicate'], /^sade: there is no option --frobnicate of sade backup; sade backup --help/],
      [['list', '--frobnicate'], /^sade: there is no option --frobnicate of sade list; sade list --help/],
      [['restor'], /^sade: there is no command restor. Did you mean restore/],
      [['backup', 'pt_xyz'], /^sade: unexpected pt_xyz/],
      [['history', 'a', 'b'], /^sade: unexpected b/],
      [['list', '--server', 'nowhere'], /^sade: --server must be the address/],
      [['download', 'abc'], /^sade: "abc" is not the id of a backup/],
      [['backup', '--config', 'nowhere.json'], /^sade: nowhere\.json does not exist/],
    ];
    const ended = await Promise.all(calls.map(([args]) => sade(...args)));
    for (const [index, { code, stdout, stderr }] of ended.entries()) {
      const [args, message] = calls[index]!;
      expect(stderr.trim(), args.join(' ')).to.match(message);
      expect(stdout, args.join(' ')).to.equal('');
      expect(code, args.join(' ')).to.equal(EXIT.misconfigured);
    }
  });

  it('ends with the same code where an argument is missing', async () => {
    const ended = await Promise.all([sade('download'), sade('history')]);
    for (const { stderr } of ended) expect(stderr).to.match(/argument|database|id of/i);
    expect(ended.map(({ code }) => code)).to.deep.equal([EXIT.misconfigured, EXIT.misconfigured]);
  });

  describe('backs up to the end', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    let args: string[];
    // It is reached and is not a database server: the dump program is tried anyway.
    const other = createServer(socket => socket.on('error', () => {}).end('SSH-2.0-other\r\n'));
    before(() => once(other.listen(0, '127.0.0.1'), 'listening'));
    after(() => other.close());

    beforeEach(async () => {
      const { path } = await fakeMysqldump(
        folder,
        `case $2 in --version) echo 'mysqldump from 11.4.2-MariaDB'; exit;; --help) exit;; esac; header; marker`,
      );
      const port = portOf(other);
      const entry = { db_host: '127.0.0.1', db_port: port, db_username: 'u', db_password: 'p' };
      const list = JSON.stringify(names.map(name => ({ database_name: name, ...entry })));
      await writeFile(join(folder, 'databases.json'), list, { mode: 0o600 });
      // Nothing listens there: every zip has to wait in the work folder.
      args = [
        'backup',
        '--mysqldump',
        path,
        '--mariadb-dump',
        path,
        '--server',
        'http://127.0.0.1:1',
        '--retries',
        '0',
        '--work-dir',
        'work',
      ];
    });
    afterEach(() => rm(join(folder, 'work'), { recursive: true, force: true }));

    const expectAllKept = async () => {
      const left = (await readdir(join(folder, 'work'))).filter(name => name.startsWith('mysql-'));
      expect(left.filter(name => name.endsWith('.sql.zip'))).to.have.length(names.length);
      expect(left.filter(name => name.endsWith('.sql.zip.json'))).to.have.length(names.length);
      expect(left).to.have.length(2 * names.length);
    };

    it('when the reader of its output has gone', async () => {
      const child = start(...args);
      child.stdout.destroy();
      child.stderr.destroy();
      expect(await once(child, 'exit')).to.deep.equal([EXIT.noneSucceeded, null]);
      await expectAllKept();
    });

    it('when its log is on a disk that is full', async () => {
      await using full = await open('/dev/full', 'w');
      const child = spawn(NODE, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...COMPILE_CACHE },
        stdio: ['ignore', full.fd, full.fd],
      });
      expect(await once(child, 'exit')).to.deep.equal([EXIT.noneSucceeded, null]);
      await expectAllKept();
    });
  });

  it('does not end well when what it prints cannot be written, except that a reader has had enough', async () => {
    await using full = await open('/dev/full', 'w');
    const child = spawn(NODE, ['--disable-warning=ExperimentalWarning', MAIN, '--version'], {
      stdio: ['ignore', full.fd, 'pipe'],
    });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', text => (said += text));
    expect(await once(child, 'close')).to.deep.equal([EXIT.someFailed, null]);
    expect(said).to.match(/^sade: the output could not be written: .*ENOSPC/);
    const piped = start('help');
    piped.stdout.destroy();
    expect((await once(piped, 'exit'))[0]).to.equal(EXIT.ok);
  });

  it('shows a defect of its own as one, and asks for a report', async () => {
    const broken = 'data:text/javascript,URL.canParse = () => { throw new TypeError("a bug") }';
    const child = spawn(NODE, ['--import', broken, MAIN, 'list'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', text => (said += text));
    expect((await once(child, 'close'))[0]).to.equal(EXIT.someFailed);
    expect(said)
      .to.match(/^sade: unexpected TypeError: a bug$/m)
      .and.match(/^what to do: .*please report it/m);
  });
});
