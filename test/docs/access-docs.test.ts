import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { unwrapped } from '../../testing/cli/fault-trial.ts';
import { Workplace } from '../../testing/cli/sade.ts';
import { COMPILE_CACHE } from '../../testing/compile-cache.ts';
import { createBackupUser, entryOf, grantBackup } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy, ROOT, readPage } from '../../testing/docs/pages.ts';
import { freePort } from '../../testing/free-port.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const INSTALL = 'docs/install.md';
const SET_UP = 'docs/how-to/set-up-access.md';
const ENCRYPT = 'docs/how-to/encrypt-connections.md';
const GIVE = 'docs/how-to/give-access-with-tokens.md';
const USE = 'docs/how-to/use-a-token.md';
const STOLEN = 'docs/how-to/when-a-token-is-stolen-or-expired.md';

/** So soon a revoked token ends. */
const REVOKED_MS = 1_100;

const DATABASES = ['acme_shop', 'acme_blog'];

/**
 * Its steps need the ones before. The paths of the pages are folders of the test, one for all three machines; `sudo` changes no user,
 * `systemctl` shows the variables of the pages' units. The service has exactly these.
 */
describe('the documented way to set up access', function () {
  this.timeout(120_000);
  const blocks = blocksRunBy('test/docs/access-docs.test.ts');
  const ran = new Set<string>();
  const tokens = new Map<string, string>();
  let mariadb: MariaDb;
  let place: Workplace;
  let folder: string;
  let port: number;
  let service: ServiceHere;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of DATABASES) {
      await mariadb.sql(`create database ${database}`);
      await mariadb.sql('create table t (id int primary key); insert into t values (1), (2)', database);
      await grantBackup(mariadb, database);
    }
    place = await Workplace.create(DATABASES.map(name => entryOf(mariadb, name)));
    folder = await mkdtemp(join(tmpdir(), 'lumbung-access-docs-'));
    port = await freePort();
    const shown = Object.entries(variables()).map(([name, value]) => `"${name}=${value}"`);
    const programs = {
      sudo: 'export AS_ROOT=1; while :; do case $1 in -u) shift 2;; *) exec "$@";; esac; done',
      // Only root and the group of the service may read /etc/lumbung. The caller of sudo may not.
      cat: 'case $*,$AS_ROOT in *etc-lumbung*,) echo "cat: $1: Permission denied" >&2; exit 1;; esac; exec /bin/cat "$@"',
      systemctl: `[ "$1" = show ] || exit 0; cat <<'END'\nLoadState=loaded\nWorkingDirectory=${ROOT}\nEnvironment=${shown.join(' ')}\nEND`,
      install:
        'for a do shift; case $a in lumbung) ;; -o) ;; *) set -- "$@" "$a";; esac; done; exec /usr/bin/install "$@"',
    };
    for (const path of ['bin', 'home', 'etc-lumbung', 'log']) await mkdir(join(folder, path));
    for (const [name, script] of Object.entries(programs))
      await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await symlink(join(ROOT, 'cli/sade'), join(folder, 'bin/sade'));
    await symlink(join(place.folder, 'databases.json'), join(folder, 'etc-lumbung/databases.json'));
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  /** Replaces what names a machine of the pages. */
  const here = (text: string) =>
    text
      .replaceAll('/usr/local/bin', join(folder, 'bin'))
      .replaceAll('/usr/local/sbin', join(folder, 'sbin'))
      .replaceAll('/etc/systemd/system', join(folder, 'units'))
      .replaceAll('/var/lib/lumbung-backup', place.workDir)
      .replaceAll('/etc/lumbung', join(folder, 'etc-lumbung'))
      .replaceAll('/var/lib/lumbung', join(folder, 'data'))
      .replaceAll('/var/log/lumbung', join(folder, 'log'))
      .replaceAll('/opt/lumbung', ROOT)
      .replaceAll('https://backups.example.com:3000', `https://localhost:${port}`);
  /** @returns the variables that the unit of the service has by both pages */
  const variables = (): Record<string, string> => {
    const unit = /^\[Service\]\n.*?ExecStart/ms.exec(readPage(INSTALL).text)![0];
    const more = blocks.find(({ page, text }) => page === SET_UP && text.includes('access.conf'))!.text;
    const set = here(unit + more).matchAll(/^Environment=(\w+)=(.*)$/gm);
    const all = Object.fromEntries([...set].map(([, name, value]) => [name, value!]));
    // All machines are this one.
    return { ...all, HOST: '127.0.0.1', PORT: String(port) };
  };

  /** Pastes the block of a page whose text looks so. @param stdin what is typed behind it */
  const paste = async (page: string, looks: RegExp, stdin = '') => {
    const block = blocks.find(block => block.page === page && looks.test(block.text));
    expect(block, `${page} ${looks}`).to.be.an('object');
    ran.add(block!.text);
    const env = {
      HOME: join(folder, 'home'),
      NO_COLOR: '1',
      SADE_REHEARSE: 'off', // it would take most of the time
      ...COMPILE_CACHE,
      PATH: [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
    };
    // A program can't open the socket that Node gives it as stdin: /dev/stdin is a pipe here.
    const child = spawn('bash', ['-c', 'cat | bash -c "$1"', 'bash', here(block!.text)], { cwd: folder, env });
    child.stdin.end(stdin);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr, output: unwrapped(stdout + stderr) };
  };
  /** Keeps the tokens that a block has printed, by their names. */
  const keep = ({ code, stdout, stderr }: { code: unknown; stdout: string; stderr: string }) => {
    expect(code, stderr).to.equal(0);
    const names = [...stderr.matchAll(/^Made the token (\S+)|^Made a new token (\S+)/gm)];
    const made = stdout.trim().split('\n');
    expect(made).to.have.length(names.length).and.have.length.above(0);
    for (const [at, [, one, other]] of names.entries()) tokens.set((one ?? other)!, made[at]!);
  };

  it('begins with a command that runs as the service does, and a first token', async () => {
    expect(await paste(INSTALL, /server\/lumbung/)).to.deep.include({ code: 0 });
    const made = await paste(SET_UP, /--role admin/);
    keep(made);
    expect(made.stderr).to.include(join(folder, 'data/backups'));
    await stat(join(folder, 'data/backups/.lumbung-tokens '));
  });

  it('makes a certificate, and opens the service to the network', async () => {
    await paste(ENCRYPT, /-keyout ca\.key/);
    expect((await paste(SET_UP, /privkey\.pem/)).code).to.equal(0);
    service = await startServiceHere(variables());
    const { code, output } = await paste(SET_UP, /access\.conf/);
    expect(code, output).to.equal(0);
    expect(await readFile(join(folder, 'units/lumbung.service.d/access.conf'), 'utf8')).to.match(/^\[Service\]\n/);
  });

  it('makes tokens, and gives each to its machine', async () => {
    keep(await paste(SET_UP, /--name anna/));
    expect((await paste(SET_UP, /ca\.pem \/etc/, `${tokens.get('db1')}\n`)).code).to.equal(0);
    expect((await stat(join(folder, 'etc-lumbung/token'))).mode & 0o777).to.equal(0o400);
    const { code, output } = await paste(SET_UP, /sade doctor/);
    expect(code, output).to.equal(0);
    expect(output)
      .to.match(/ok +service .*: the token db1 of \S+ has the role upload for acme_\*, until /)
      .and.contain('not checked, since the token may only upload');
  });

  it('proves that a thief of the machine that makes backups reads nothing', async () => {
    const { code, output } = await paste(SET_UP, /403 FORBIDDEN/);
    expect(output)
      .to.contain('2 of 2 databases ok')
      .and.contain('403 FORBIDDEN: The token db1 may not list backups')
      .and.match(/curl: \(22\).* 401/);
    expect(code).to.equal(22);
  });

  it('lets the machine that restores see them', async () => {
    expect((await paste(SET_UP, /cp ca\.pem/, `${tokens.get('anna')}\n`)).code).to.equal(0);
    const { code, output } = await paste(SET_UP, /sade list/);
    expect(code, output).to.equal(0);
    expect(output).to.match(/\bacme_shop +complete/);
  });

  it('lets curl show a token that is in no argument', async () => {
    const { code, output } = await paste(USE, /curl-header/);
    expect(code, output).to.equal(0);
    expect(output).to.contain('"database_name":"acme_shop"');
    expect((await stat(join(folder, 'home/.config/lumbung/curl-header'))).mode & 0o777).to.equal(0o600);
  });

  it('shows what was refused, in the trail', async () => {
    await service.stop(); // else the counts of refusals are written within a minute
    const { code, stdout, stderr } = await paste(SET_UP, /token list/);
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(/^db1 +upload +in use .* acme_\*$/m)
      .and.match(/^anna +read +in use .* \*$/m)
      .and.match(/^\{.*"token":"db1".*"result":"refused".*\}$/m);
    service = await startServiceHere(variables());
  });

  it('ends a stolen token, and shows what it did and tried', async () => {
    expect((await paste(STOLEN, /token revoke/)).code).to.equal(0);
    await sleep(REVOKED_MS);
    expect((await paste(SET_UP, /403 FORBIDDEN/)).output).to.contain('does not accept the token of');
    const { code, stdout } = await paste(STOLEN, /"token":"db1"/);
    expect(code).to.equal(0);
    const [did, tried] = [stdout.match(/"action":"upload"/g), stdout.match(/"result":"refused"/g)];
    expect([did?.length, tried?.length]).to.deep.equal([2, 1]);
  });

  it('gives the machine a new token of the same name, with which the zips that waited go out', async () => {
    keep(await paste(STOLEN, /token create/));
    await paste(SET_UP, /ca\.pem \/etc/, `${tokens.get('db1')}\n`);
    const { output } = await paste(SET_UP, /403 FORBIDDEN/);
    expect(output).to.contain('2 zips of an earlier run are at the service now').and.contain('2 of 2 databases ok');
  });

  it('makes, replaces and ends a token by the commands of the page about tokens', async () => {
    keep(await paste(GIVE, /token create/));
    const { code, stdout } = await paste(GIVE, /token rotate/);
    expect([code, stdout.match(/^acme +upload/gm)?.length, stdout.match(/^lmb_/gm)?.length]).to.deep.equal([0, 1, 1]);
  });

  it('replaces a token before it expires', async () => {
    keep(await paste(STOLEN, /token rotate/));
    await paste(SET_UP, /ca\.pem \/etc/, `${tokens.get('db1')}\n`);
    expect((await paste(SET_UP, /sade doctor/)).code).to.equal(0);
  });

  it('has each of its blocks run here', () => {
    for (const { page, line, text } of blocks) expect(ran.has(text), `${page}:${line}`).to.equal(true);
  });
});
