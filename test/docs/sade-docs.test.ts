import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { pasteHere } from '../../testing/cli/shell-with-sade.ts';
import { COMPILE_CACHE } from '../../testing/compile-cache.ts';
import { CLIENTS, createClients, entryOf } from '../../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy, ROOT, readPage } from '../../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

/** As an administrator would paste them, with the variables of the README set. The ids of the pages are those of this history. */
describe('the commands of sade in the docs', function () {
  this.timeout(120_000);
  const blocks = blocksRunBy('test/docs/sade-docs.test.ts');
  const ran = new Set<string>();
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let ids = { sound: '', shrunk: '' };
  const home = () => join(place.folder, 'home');

  before(async () => {
    mariadb = await startMariaDb();
    await createClients(mariadb);
    place = await Workplace.create(CLIENTS.map(client => entryOf(mariadb, client)));
    await mkdir(join(place.folder, 'bin'));
    await mkdir(home());
    await mkdir(join(place.folder, 'opt'));
    await symlink(resolve(ROOT, 'cli/sade'), join(place.folder, 'bin/sade'));
    await writeFile(join(place.folder, 'bin/nano'), '#!/bin/sh\nexec test -w "$1"\n', { mode: 0o755 });
    await copyFile(join(ROOT, 'databases.json'), join(place.folder, 'opt/databases.json'));
    service = await startServiceHere({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${join(place.folder, 'history.sqlite')}`,
    });
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  /**
   * Pastes the block of a page whose text looks so. `sade` is the program behind the link that the README makes, or runs in this
   * process.
   * @returns the exit code of its last command, and all that it printed
   */
  const paste = async (
    page: string,
    looks: RegExp,
    { isHere = true } = {},
  ): Promise<{ code: number; output: string }> => {
    const block = blocks.find(block => block.page === page && looks.test(block.text));
    expect(block, `${page} ${looks}`).to.be.an('object');
    ran.add(block!.text);
    const command = block!.text
      .replace(/\b34\b/g, ids.sound)
      .replace(/\b35\b/g, ids.shrunk)
      .replaceAll('/opt/lumbung', join(place.folder, 'opt'));
    const env = {
      PATH: [join(place.folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
      SADE_CONFIG: join(place.folder, 'databases.json'),
      SADE_WORK_DIR: place.workDir,
      SADE_SERVER: service.url,
      HOME: home(),
      SADE_REHEARSE: 'off', // it would take most of the time
      ...COMPILE_CACHE,
    };
    if (isHere) {
      const { code, stdout, stderr } = await pasteHere(command, { cwd: place.folder, env });
      return { code: code ?? 1, output: stdout + stderr };
    }
    return new Promise(done => {
      execFile('bash', ['-c', command], { cwd: place.folder, env }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      );
    });
  };
  const idOf = async (state: RegExp) => {
    const { output } = await paste('docs/how-to/decide-about-a-loss.md', /sade list/);
    return new RegExp(`^pt_xyz +${state.source} +(\\d+) `, 'm').exec(output)![1]!;
  };

  it('make a list of databases that only its user can read, and name it in the profile', async () => {
    const { code, output } = await paste('README.md', /install -m 600/);
    expect(code, output).to.equal(0);
    const list = join(home(), '.config/lumbung/databases.json');
    expect((await stat(list)).mode & 0o777).to.equal(0o600);
    expect(await readFile(list)).to.deep.equal(await readFile(join(ROOT, 'databases.json')));
    expect(await readFile(join(home(), '.profile'), 'utf8')).to.match(/^export SADE_CONFIG="\$HOME\/.*\n$/);
  });

  for (const page of ['README.md', 'docs/how-to/make-a-user-that-backs-up.md'])
    it(`make a user that misses nothing, by the statements of ${page}`, async () => {
      const statements = /^```sql\n(CREATE USER .*?)^```$/ms.exec(readPage(page).text)![1]!;
      await mariadb.sql(`create or replace user lumbung_docs@'127.0.0.1'; drop user lumbung_docs@'127.0.0.1'`);
      await mariadb.sql(statements.replaceAll("lumbung@'192.168.0.%'", "lumbung_docs@'127.0.0.1'"));
      const entry = { ...entryOf(mariadb, 'pt_xyz'), db_username: 'lumbung_docs', db_password: 'a long password' };
      await using of = await Workplace.create([entry]);
      const { code, stdout } = await sade(['doctor', ...of.args(service.url).slice(1)]);
      expect(code, stdout).to.equal(0);
      expect(stdout).to.contain('the user may dump all of it');
    });

  it('make a first backup, as the README does', async () => {
    const { code, output } = await paste('README.md', /sade backup/, { isHere: false });
    expect(code, output).to.equal(0);
    expect(output)
      .to.contain('3 of 3 databases ok')
      .and.match(/^pt_xyz +complete/m);
    ids = { sound: await idOf(/complete/), shrunk: '' };
  });

  it('check everything, and write a bundle for a support ticket', async () => {
    const { code, output } = await paste('docs/how-to/check-with-sade-doctor.md', /--bundle/);
    expect(output)
      .to.match(/^\d+ checks: /m)
      .and.contain('pt_xyz');
    expect(code, output).to.equal(0);
    await access(join(place.folder, 'ticket.zip'));
  });

  it('show what was lost, and accept that it was on purpose', async () => {
    await mariadb.sql('drop table stock_move', 'pt_xyz');
    expect((await paste('README.md', /sade backup/)).output).to.contain('pt_xyz: lost ');
    ids = { ...ids, shrunk: await idOf(/SHRUNK/) };
    const { output } = await paste('docs/how-to/decide-about-a-loss.md', /sade show 35/);
    expect(output)
      .to.match(/^complete, SHRUNK /m)
      .and.contain(`sade accept ${ids.shrunk} --reason`);
    const found = await paste('docs/how-to/see-which-backups-there-are.md', /--older-than/);
    expect(found.output)
      .to.match(/^pt_xyz +SHRUNK/m)
      .and.contain('complete, SHRUNK');
    const accepted = await paste('docs/how-to/decide-about-a-loss.md', /sade accept/);
    expect(accepted.code, accepted.output).to.equal(0);
    expect((await paste('docs/how-to/decide-about-a-loss.md', /sade show 35/)).output).to.contain('loss accepted');
  });

  it('are all run here', () => {
    for (const { page, line, text } of blocks) expect(ran.has(text), `${page}:${line}`).to.equal(true);
  });
});
