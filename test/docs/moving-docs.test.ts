import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { blocksRunBy, ROOT } from '../../testing/docs/pages.ts';
import { upload } from '../../testing/service/requests.ts';
import { startService } from '../../testing/service/service.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const DATABASE = 'pt_xyz';

/** The paths of the pages are folders of the test; `sudo` changes no user, and `systemctl` only notes its arguments. */
describe('the documented ways to move the data of the service, and to rebuild its history', function () {
  this.timeout(60_000);
  const blocks = blocksRunBy('test/docs/moving-docs.test.ts');
  let folder: string;
  const trial = () => join(folder, 'trial');
  const unit = () => join(folder, 'unit');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-moving-docs-'));
    const programs = {
      sudo: '#!/bin/sh\n[ "$1" = -u ] && shift 2\nexec "$@"\n',
      systemctl: `#!/bin/sh\n[ "$1" != show ] && echo "$@" >> '${folder}/systemctl' && exit\ncat <<'END'\nLoadState=loaded\nWorkingDirectory=${ROOT}\nEnvironment="STORAGE_DIR=${unit()}/backups" "DATABASE_URL=sqlite:${unit()}/history.sqlite"\nEND\n`,
      chown: '#!/bin/sh\n',
    };
    await mkdir(join(folder, 'bin'));
    await mkdir(unit());
    for (const [name, text] of Object.entries(programs))
      await writeFile(join(folder, 'bin', name), text, { mode: 0o755 });
    await symlink(join(ROOT, 'server/lumbung'), join(folder, 'bin/lumbung'));
  });
  after(() => rm(folder, { recursive: true }));

  const stores = (data: string) => ({
    STORAGE_DIR: join(data, 'backups'),
    DATABASE_URL: `sqlite:${join(data, 'history.sqlite')}`,
  });
  /** @returns the databases that a service on that data lists */
  const listed = async (data: string): Promise<string[]> => {
    await using service = await startServiceHere(stores(data));
    const { data: list } = (await (await fetch(service.url)).json()) as { data: { database_name: string }[] };
    return list.map(({ database_name }) => database_name);
  };
  const paste = async (page: string) => {
    const block = blocks.find(block => block.page === page);
    const command = block!.text
      .replaceAll('/opt/lumbung/data', trial())
      .replaceAll('/opt/lumbung', ROOT)
      .replaceAll('/var/lib/lumbung', unit());
    const env = { ...process.env, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
    return promisify(execFile)('bash', ['-c', command], { env });
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
