import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy, ROOT } from '../../testing/docs/pages.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { historyStores } from '../../testing/service/running-app.ts';
import { startService } from '../../testing/service/service.ts';
import { refusedHere, startServiceHere } from '../../testing/service/service-here.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const DATABASE = 'pt_xyz';

const stores = (data: string) => ({
  STORAGE_DIR: join(data, 'backups'),
  DATABASE_URL: `sqlite:${join(data, 'history.sqlite')}`,
});

/** Puts into `bin` what a block calls and what would change the machine. `lumbung` is the one of `program`. */
async function makePrograms(folder: string, program: string, env: Record<string, string>): Promise<void> {
  const variables = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
  const programs = {
    sudo: '#!/bin/sh\n[ "$1" = -u ] && shift 2\nexec "$@"\n',
    systemctl: `#!/bin/sh\n[ "$1" != show ] && echo "$@" >> '${folder}/systemctl' && exit\ncat <<'END'\nLoadState=loaded\nWorkingDirectory=${ROOT}\nEnvironment=${variables.join(' ')}\nEND\n`,
    chown: '#!/bin/sh\n',
  };
  await mkdir(join(folder, 'bin'));
  for (const [name, text] of Object.entries(programs))
    await writeFile(join(folder, 'bin', name), text, { mode: 0o755 });
  await symlink(join(program, 'server/lumbung'), join(folder, 'bin/lumbung'));
}

/** Pastes a block into a shell that finds the programs of `makePrograms` first. */
function run(command: string, folder: string, env: Record<string, string> = {}) {
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  return promisify(execFile)('bash', ['-c', command], { env: { ...process.env, ...env, PATH: path } });
}

/** The paths of the pages are folders of the test; `sudo` changes no user, and `systemctl` only notes its arguments. */
describe('the documented ways to move the data of the service, and to rebuild its history', function () {
  this.timeout(60_000);
  const blocks = blocksRunBy('test/docs/moving-docs.test.ts');
  let folder: string;
  const trial = () => join(folder, 'trial');
  const unit = () => join(folder, 'unit');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-moving-docs-'));
    await mkdir(unit());
    await makePrograms(folder, ROOT, stores(unit()));
  });
  after(() => rm(folder, { recursive: true }));

  /** @returns the databases that a service on that data lists */
  const listed = async (data: string): Promise<string[]> => {
    await using service = await startServiceHere(stores(data));
    const { data: list } = (await (await fetch(service.url)).json()) as { data: { database_name: string }[] };
    return list.map(({ database_name }) => database_name);
  };
  const paste = async (page: string) => {
    const block = blocks.find(block => block.page === page);
    return run(
      block!.text
        .replaceAll('/opt/lumbung/data', trial())
        .replaceAll('/opt/lumbung', ROOT)
        .replaceAll('/var/lib/lumbung', unit()),
      folder,
    );
  };

  it('move nothing where there was no first try', async () => {
    await writeFile(join(unit(), 'history.sqlite'), 'is still there');
    await paste('docs/how-to/move-the-service.md').then(
      () => expect.fail('it should have stopped'),
      ({ code }) => expect(code).to.equal(1),
    );
    expect(await readFile(join(unit(), 'history.sqlite'), 'utf8')).to.equal('is still there');
    await rm(join(unit(), 'history.sqlite'));
  });

  it('move what a first try has stored, also after a first start of the unit', async () => {
    await mkdir(trial());
    {
      await using service = await startServiceHere(stores(trial()));
      expect((await upload(service.url, sampleZip({ database: DATABASE }))).status).to.equal(201);
    }
    await (await startService(stores(unit()))).kill(); // leaves a history of its own, with its -wal
    expect(await readdir(unit())).to.include.members(['history.sqlite', 'history.sqlite-wal']);
    await paste('docs/how-to/move-the-service.md');
    expect(await readdir(join(unit(), 'old'))).to.include.members(['history.sqlite', 'history.sqlite-wal']);
    expect(await listed(unit())).to.deep.equal([DATABASE]);
    expect(await readFile(join(folder, 'systemctl'), 'utf8')).to.equal('stop lumbung.service\n');
  });

  it('rebuild a lost history from the records', async () => {
    await rm(join(unit(), 'history.sqlite'));
    const { stdout } = await paste('docs/how-to/rebuild-a-lost-history.md');
    expect(stdout).to.not.contain('Not every file could be taken in');
    expect(await listed(unit())).to.deep.equal([DATABASE]);
    expect(await readFile(join(folder, 'systemctl'), 'utf8')).to.match(/\nstart lumbung\.service\n$/);
  });
});

describe('the documented way to upgrade, and to go back', function () {
  this.timeout(60_000);
  const blocks = blocksRunBy('test/docs/moving-docs.test.ts').filter(({ page }) => page === 'docs/how-to/upgrade.md');
  const block = (words: string) => blocks.find(({ text }) => text.includes(words))!.text;
  let folder: string;
  const opt = (name: string) => join(folder, 'opt', name);
  const data = () => join(folder, 'data');
  const paste = (text: string, env?: Record<string, string>) =>
    run(text.replaceAll('/opt/lumbung', opt('lumbung')).replaceAll('/var/lib/lumbung', data()), folder, env);

  /** `git` brings a version with one more migration, and `npm` the packages of this one. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-upgrade-'));
    await makePrograms(folder, opt('lumbung'), stores(data()));
    await mkdir(data());
    await copyProgram(opt('lumbung'));
    await symlink(join(ROOT, 'node_modules'), join(opt('lumbung'), 'node_modules'));
    await mkdir(join(opt('lumbung'), 'data'));
    await copyProgram(join(folder, 'newer'));
    for (const store of ['sqlite', 'mysql'])
      await writeFile(join(folder, 'newer/server/migrations', store, `${NEWER}.ts`), NEWER_MIGRATION);
    const programs = {
      git: `#!/bin/sh\n[ "$*" = 'clone --quiet https://example.com/lumbung.git ${opt('lumbung-next')}' ] && exec cp -r '${folder}/newer' "$4"\n`,
      npm: `#!/bin/sh\n[ "$1" = ci ] && exec ln -s '${ROOT}/node_modules' node_modules\n`,
      'apt-get': '#!/bin/sh\n',
      curl: `#!/bin/sh\necho "$@" >> '${folder}/curl'\n`,
    };
    for (const [name, text] of Object.entries(programs))
      await writeFile(join(folder, 'bin', name), text, { mode: 0o755 });
  });
  after(() => rm(folder, { recursive: true }));

  const called = async (program: string) => (await readFile(join(folder, program), 'utf8')).trim().split('\n');
  const kept = async (url: string) => [
    (await request(`${url}/${DATABASE}`)).json.data.histories,
    (await graphql(url, '{ backup(id: 1) { pins { kind reason at } } }')).json.data.backup,
  ];

  it('changes nothing before the new version is prepared, and then copies the history and switches', async () => {
    await using service = await startServiceHere(stores(data()));
    expect((await upload(service.url, sampleZip({ database: DATABASE }))).status).to.equal(201);
    await service.stop();
    await paste(block('history-before-upgrade.sqlite')).then(
      () => expect.fail('it should have stopped'),
      ({ code }) => expect(code).to.equal(1),
    );
    expect(await readdir(opt(''))).to.deep.equal(['lumbung']);
    expect((await paste(block('git clone'))).stdout).to.equal('The new version is ready.\n');
    // The old version may be running: nothing changes its tables under it.
    const failed = await run(`'${opt('lumbung-next/server/lumbung')}' token list`, folder).catch(error => error);
    expect(failed.stdout + failed.stderr)
      .to.contain('the service of this version has not been started')
      .and.contain(NEWER);
    await paste(block('history-before-upgrade.sqlite'));
    expect(await readdir(opt('lumbung/server/migrations/sqlite'))).to.include(`${NEWER}.ts`);
    expect((await readdir(opt(''))).sort()).to.deep.equal(['lumbung', 'lumbung-before']);
    expect(await readdir(opt('lumbung')), 'what npm start and sade keep there').to.include('data');
    expect(await called('systemctl')).to.deep.equal(['stop lumbung.service', 'start lumbung.service']);
    expect((await called('curl')).at(-1)).to.match(/ http:\/\/127\.0\.0\.1:3000\/-\/ready$/);
  });

  it('leads to the page when the old version is started on the newer history, and loses no backup when it goes back', async () => {
    let before: unknown[];
    {
      await using newer = await startService(stores(data()), [], { program: opt('lumbung') });
      const zip = sampleZip({ database: DATABASE });
      expect((await upload(newer.url, zip, { manifest: sampleManifest(zip) })).status).to.equal(201);
      // Of the older backup, whose row is in the copy.
      const held = await graphql(newer.url, `mutation { holdBackup(id: 1, reason: "a court asks") { id } }`);
      expect(held.json.errors, held.text).to.equal(undefined);
      before = await kept(newer.url);
      expect(before[0]).to.have.length(2);
      expect(JSON.stringify(before[1])).to.contain('a court asks');
      await newer.stop();
    }
    const { message } = await refusedHere(stores(data()));
    expect(message).to.contain(NEWER).and.contain('docs/how-to/upgrade.md#go-back');
    const { stdout } = await paste(block('sudo lumbung rebuild'));
    expect(stdout).to.not.contain('Not every file could be taken in');
    expect(await readdir(opt('lumbung/server/migrations/sqlite'))).to.not.include(`${NEWER}.ts`);
    expect(await readdir(opt('lumbung'))).to.include('data');
    expect(await readdir(join(data(), 'old'))).to.include('history.sqlite');
    await using service = await startServiceHere(stores(data()));
    expect(await kept(service.url)).to.deep.equal(before);
    expect((await upload(service.url, sampleZip({ database: DATABASE }))).json.data.id).to.equal(3);
  });

  it('switches a machine without a service in the same way, and removes in the end what was kept for going back', async () => {
    expect((await readdir(opt(''))).sort()).to.deep.equal(['lumbung', 'lumbung-newer']);
    await paste(block('git clone'));
    await paste(blocks.find(({ text }) => text.includes('mv /opt/lumbung-next') && !text.includes('systemctl'))!.text);
    expect(await readdir(opt('lumbung/server/migrations/sqlite'))).to.include(`${NEWER}.ts`);
    await paste(block('-delete'));
    expect(await readdir(opt(''))).to.deep.equal(['lumbung']);
    expect((await readdir(data())).sort()).to.deep.equal(['backups', 'history.sqlite', 'old']);
  });

  it('copies a history in MariaDB, and puts it back without the tables of the newer version', async () => {
    const mariadb = await sharedMariaDb();
    const sql = (text: string, database: string) => mariadb.sql(text, database);
    const name = new URL(await historyStores.find(({ name }) => name === 'MariaDB')!.url(folder)).pathname.slice(1);
    for (const program of ['mariadb', 'mariadb-dump'])
      await writeFile(
        join(folder, 'bin', program),
        `#!/bin/sh\nexec /usr/bin/${program} --no-defaults --host=127.0.0.1 --port=${mariadb.port} --user=root "$@"\n`,
        { mode: 0o755 },
      );
    const inMariaDb = (text: string) =>
      paste(text.replaceAll(/(--single-transaction|DATABASE|mariadb) lumbung\b/g, `$1 ${name}`), {
        MYSQL_PWD: mariadb.password,
      });
    const tables = async () => (await sql('show tables', name)).map(row => Object.values(row)[0]);
    const before = await tables();
    expect(before).to.include('backups');
    await inMariaDb(block('umask 077'));
    await sql("create table newer (id int); insert into `databases` (name) values ('since')", name);
    await rm(join(data(), 'old'), { recursive: true, force: true });
    await inMariaDb(block('DROP DATABASE')).then(
      () => expect.fail('it should have stopped'),
      ({ code }) => expect(code, 'nothing is dropped that is not copied').to.equal(2),
    );
    expect(await tables()).to.include('newer');
    await mkdir(join(data(), 'old'));
    await inMariaDb(block('DROP DATABASE'));
    expect(await tables()).to.deep.equal(before);
    expect(await sql('select * from `databases`', name)).to.deep.equal([]);
    expect(await readFile(join(data(), 'old/history-newer.sql'), 'utf8')).to.contain('since');
  });
});

const NEWER = 'Migration20990101000000_newer';
const NEWER_MIGRATION = `import { Migration } from '@mikro-orm/migrations';
export class ${NEWER} extends Migration {
  override up(): void { this.addSql('create table \`newer\` (\`id\` integer)'); }
}
`;

/** Copies what the service runs. */
async function copyProgram(to: string): Promise<void> {
  for (const part of ['server', 'protocol', 'package.json', 'mikro-orm.config.ts', 'schema.graphql'])
    await cp(join(ROOT, part), join(to, part), { recursive: true });
}
