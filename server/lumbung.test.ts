import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { COMPILE_CACHE } from '../testing/compile-cache.ts';
import { createToken } from '../testing/service/tokens.ts';
import { findService } from './launch/find-service.ts';

const LUMBUNG = join(import.meta.dirname, 'lumbung');
const MAIN = join(import.meta.dirname, 'main.ts');
const DAEMON = 1;

/** As an administrator pastes it at night: from another folder, with the Node of Debian first in PATH, and nothing of the service. */
describe('the command lumbung', () => {
  let folder: string;
  let elsewhere: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung command-'));
    elsewhere = join(folder, 'elsewhere');
    for (const name of ['bin', 'elsewhere', 'service']) await mkdir(join(folder, name));
    await program('bin/node', 'echo theirs >&2; exit 9');
    await symlink(LUMBUNG, join(folder, 'first'));
    await symlink('../first', join(folder, 'bin/lumbung'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const program = async (name: string, script: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  };
  /** @param properties that systemd shows of the unit */
  const unit = (properties: Record<string, string>) =>
    program(
      'bin/systemctl',
      `cat <<'END'\n${Object.entries({ LoadState: 'loaded', ...properties })
        .map(([name, value]) => `${name}=${value}\n`)
        .join('')}END`,
    );
  const run = (file: string, args: readonly string[], env: Record<string, string> = {}) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>(done => {
      const options = { cwd: elsewhere, env: { PATH: `${folder}/bin:/usr/bin:/bin`, ...COMPILE_CACHE, ...env } };
      execFile(file, args, options, (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
    });
  const lumbung = (...args: string[]) => run(join(folder, 'bin/lumbung'), args, { SUDO_USER: 'ani' });
  const storage = () => join(folder, 'service/backups');
  const history = () => `sqlite:${join(folder, 'service/history.sqlite')}`;

  it('runs a command for the service of the unit, and leaves nothing in the folder of the caller', async () => {
    await writeFile(join(folder, 'secret.env'), `# of the history\nDATABASE_URL='${history()}'\n`);
    await unit({
      WorkingDirectory: join(folder, 'service'),
      Environment: `"STORAGE_DIR=${storage()}" DATABASE_URL=sqlite:./never.sqlite`,
      EnvironmentFiles: `${join(folder, 'secret.env')} (ignore_errors=no)`,
    });
    const { code, stdout, stderr } = await lumbung('token', 'create', '--name', 'ani', '--role', 'admin');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^lmb_\S+\n$/);
    expect(stderr).to.contain(`in STORAGE_DIR ${storage()}`);
    const listed = await lumbung('token', 'list');
    expect([listed.code, listed.stderr]).to.deep.equal([0, '']);
    expect(listed.stdout).to.match(/^ani +admin/m);
    expect(await readdir(elsewhere)).to.deep.equal([]);
    expect(await readdir(join(folder, 'service')))
      .to.include('history.sqlite')
      .and.not.include('never.sqlite');
  });

  it('names in the trail who was behind sudo, and not the user of the service', async () => {
    const trail = join(folder, 'audit.jsonl');
    const own = { STORAGE_DIR: storage(), DATABASE_URL: history() };
    const set = Object.entries({ ...own, AUDIT_LOG_FILE: trail }).map(([name, value]) => `"${name}=${value}"`);
    await unit({ WorkingDirectory: join(folder, 'service'), Environment: set.join(' ') });
    expect(await lumbung('token', 'create', '--name', 'budi', '--role', 'admin')).to.deep.include({ code: 0 });
    expect(await readFile(trail, 'utf8')).to.contain('"system_user":"ani"');
  });

  it('finds relative paths of the unit in its folder, and those of the command line in the folder of the caller', async () => {
    await unit({ WorkingDirectory: join(folder, 'service'), Environment: 'STORAGE_DIR=./backups' });
    expect(await lumbung('token', 'list')).to.deep.include({ code: 0 });
    expect(await readdir(join(folder, 'service'))).to.have.members(['backups', 'data']);
    await writeFile(join(elsewhere, 'new.yaml'), 'timezone: Asia/Jakarta\n');
    expect((await lumbung('config', 'check', 'new.yaml')).stdout).to.contain('has no mistakes');
  });

  it('shows the usage without arguments, and each mistake of a command as one sentence', async () => {
    await unit({ WorkingDirectory: folder });
    const { code, stdout } = await lumbung();
    expect([code, stdout.includes('sudo lumbung COMMAND')]).to.deep.equal([0, true]);
    expect((await lumbung('token', 'revoke', 'a', 'b  c')).stderr).to.equal(
      'token revoke takes the name of one token: sudo lumbung token list shows them\n',
    );
  });

  it('says which file of variables is missing, and does nothing then', async () => {
    await unit({ WorkingDirectory: folder, EnvironmentFiles: '/nowhere/lumbung.env (ignore_errors=no)' });
    const { code, stderr } = await lumbung('token', 'list');
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^lumbung: \/nowhere\/lumbung\.env, which lumbung\.service names, can't be read: ENOENT.*\n$/,
    );
    await unit({
      WorkingDirectory: join(folder, 'service'),
      EnvironmentFiles: '/nowhere/lumbung.env (ignore_errors=yes)',
    });
    expect(await lumbung('token', 'list')).to.deep.include({ code: 0 });
  });

  it('takes the variables of all files of a pattern, as systemd does, and names a pattern without a file', async () => {
    const pattern = { WorkingDirectory: folder, EnvironmentFiles: `${folder}/*.env (ignore_errors=no)` };
    await unit(pattern);
    expect((await lumbung('token', 'list')).stderr).to.match(
      /\*\.env, which lumbung\.service names, can't be read: ENOENT/,
    );
    await writeFile(join(folder, 'a.env'), `STORAGE_DIR=/nowhere\nDATABASE_URL=${history()}\n`);
    await writeFile(join(folder, 'b.env'), `STORAGE_DIR=${storage()}\n`);
    expect(await lumbung('token', 'list')).to.deep.include({ code: 0 });
    expect(await readdir(join(folder, 'service'))).to.include.members(['backups', 'history.sqlite']);
  });

  it('runs as the user of the unit, whose files the service can read', async function () {
    if (process.getuid?.() !== 0) this.skip();
    await chown(join(folder, 'service'), DAEMON, DAEMON);
    await chmod(folder, 0o755);
    const readable = await run('/usr/bin/setpriv', ['--reuid=daemon', '--clear-groups', 'test', '-r', MAIN]);
    if (readable.code !== 0) this.skip();
    await unit({ User: 'daemon', WorkingDirectory: join(folder, 'service') });
    const { code, stderr } = await lumbung('token', 'create', '--name', 'ani', '--role', 'admin');
    expect(code, stderr).to.equal(0);
    expect((await stat(join(folder, 'service/data/history.sqlite'))).uid).to.equal(DAEMON);
    const other = ['--reuid=bin', '--clear-groups', join(folder, 'bin/lumbung'), 'token', 'list'];
    expect((await run('/usr/bin/setpriv', other)).stderr).to.equal(
      'lumbung: the service runs as the user daemon, and this is bin. Run the command again with sudo in front: sudo lumbung\n',
    );
    await unit({ User: 'no-such-user', WorkingDirectory: folder });
    expect((await lumbung('token', 'list')).stderr).to.contain('this machine has no such user');
  });

  it('does nothing where systemd has a unit that it cannot use: the folder of Lumbung may have another history', async () => {
    for (const LoadState of ['masked', 'bad-setting', 'error']) {
      await unit({ LoadState });
      const { code, stderr } = await lumbung('token', 'list');
      expect([code, stderr]).to.deep.equal([
        1,
        `lumbung: systemd can't use lumbung.service (${LoadState}), so it is not known where the service has its data: systemctl status lumbung.service says why\n`,
      ]);
    }
    await unit({ DynamicUser: 'yes', WorkingDirectory: folder });
    expect((await lumbung('token', 'list')).stderr).to.contain('set User= there');
    expect(await readdir(elsewhere)).to.deep.equal([]);
  });

  it('makes files as the unit does: with its mask, in its folder, and with no variable of the caller', async () => {
    await unit({ WorkingDirectory: `!${join(folder, 'service')}`, UMask: '0077' });
    const env = { AUDIT_LOG_FILE: join(elsewhere, 'audit.jsonl'), LUMBUNG_CONFIG: '/nowhere.yaml', PORT: 'none' };
    const made = await run(join(folder, 'bin/lumbung'), ['token', 'create', '--name', 'ani', '--role', 'admin'], env);
    expect(made.code, made.stderr).to.equal(0);
    expect((await stat(join(folder, 'service/data/history.sqlite'))).mode & 0o777).to.equal(0o600);
    expect(await readdir(elsewhere)).to.deep.equal([]);
  });

  it('takes the variables of its caller where they name the service', async () => {
    await unit({ WorkingDirectory: join(folder, 'service') });
    const env = { STORAGE_DIR: storage(), DATABASE_URL: history() };
    await createToken(env, { name: 'ani', role: 'admin' });
    expect((await run(join(folder, 'bin/lumbung'), ['token', 'list'], env)).stdout).to.match(/^ani /m);
  });

  it('finds what npm start has stored in the folder of Lumbung, as its owner, where there is no unit', async () => {
    const env = {};
    const installed = join(folder, 'installed');
    expect(await findService({ env, installed })).to.equal(undefined);
    await mkdir(join(installed, 'data'), { recursive: true });
    const { uid, gid } = await stat(installed);
    expect(await findService({ env, installed })).to.deep.equal({ folder: installed, user: { uid, gid }, env: {} });
  });

  it('begins no history by mistake: not in any folder, and not beside a storage that has one', async () => {
    const main = (args: string[], env = {}) => run(process.execPath, [MAIN, ...args], env);
    for (const args of [['alarms'], ['rebuild']]) {
      const { code, stderr, stdout } = await main(args);
      expect(code, args.join(' ')).to.equal(1);
      expect(stdout + stderr).to.match(/data\/\S+ does not exist, and neither DATABASE_URL nor STORAGE_DIR names/);
      expect(stdout + stderr).to.contain('run the command as sudo lumbung …');
    }
    const launched = await main(['alarms'], { LUMBUNG_CALLED_BY: 'ani' });
    expect(launched.stderr).to.contain('no service was found on this machine. Start the service first');
    await createToken({ STORAGE_DIR: storage(), DATABASE_URL: history() }, { name: 'ani', role: 'admin' });
    const { code, stderr } = await main(['token', 'list'], { STORAGE_DIR: storage() });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^STORAGE_DIR \S.* has a history, but \S.*data\/history\.sqlite does not exist: /);
    expect(await readdir(elsewhere)).to.deep.equal([]);
  });

  it('uses the Node of the npm packages, and says what to run where it is missing or too old', async () => {
    await mkdir(join(folder, 'lumbung/server'), { recursive: true });
    for (const file of ['lumbung', 'lumbung.js'])
      await copyFile(join(import.meta.dirname, file), join(folder, 'lumbung/server', file));
    const copy = join(folder, 'lumbung/server/lumbung');
    expect((await run(copy, [])).stderr).to.equal('theirs\n');
    await program('lumbung/node_modules/.bin/node', 'echo ours "$@"');
    expect((await run(copy, ['a b'])).stdout).to.equal(`ours ${folder}/lumbung/server/lumbung.js a b\n`);
    await rm(join(folder, 'lumbung/node_modules'), { recursive: true });
    for (const tool of ['readlink', 'sh']) await symlink(`/bin/${tool}`, join(elsewhere, tool));
    expect(await run(copy, [], { PATH: elsewhere })).to.deep.include({
      code: 1,
      stderr: `lumbung: there is no Node. Run "npm ci --omit=dev" in ${folder}/lumbung.\n`,
    });
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.2' } })`;
    await writeFile(join(folder, 'lumbung/server/start.js'), `${pretend};await import('./lumbung.js');`);
    await writeFile(join(folder, 'lumbung/package.json'), '{"type":"module"}');
    const { code, stderr } = await run(process.execPath, [join(folder, 'lumbung/server/start.js')]);
    expect([code, stderr.includes(`this is Node 20.19.2, and lumbung needs 24.5 or newer`)]).to.deep.equal([1, true]);
  });
});
