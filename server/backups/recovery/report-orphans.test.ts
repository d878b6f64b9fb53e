import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { type Storage, StorageAway } from '../../storage/storage.ts';
import { reportOrphans } from './report-orphans.ts';

describeOnAnyStore('the search for orphaned files', store => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  async function warnings({ history, storage: own }: RunningApp = app, storage: Storage = own): Promise<unknown[]> {
    const lines: unknown[] = [];
    const log = pino({}, { write: line => void lines.push(JSON.parse(line)) });
    await reportOrphans({ em: history.em.fork(), storage, log });
    return lines.map(line => (line as { msg: string }).msg.split(':')[0]);
  }

  /** Something happens each time that the names in a folder have just been read. */
  function afterListing(happens: () => Promise<unknown>): Storage {
    return {
      ...app.storage,
      async *list() {
        for await (const names of app.storage.list()) {
          await happens();
          yield names;
        }
      },
    };
  }

  it('warns of files without a row, of rows without a file, and of databases without a folder', async () => {
    const [kept, lost, stray, alone] = [
      sampleZip(),
      sampleZip(),
      sampleZip({ database: 'stray' }),
      sampleZip({ database: 'alone' }),
    ];
    for (const zip of [kept, lost, alone]) expect((await upload(app.url, zip)).status).to.equal(201);
    expect(await warnings()).to.deep.equal([]);
    await rm(join(app.storageDir, 'pt_xyz', lost.fileName));
    await rm(join(app.storageDir, 'alone'), { recursive: true });
    await mkdir(join(app.storageDir, 'stray'));
    await writeFile(join(app.storageDir, 'stray', stray.fileName), stray.bytes);
    expect(await warnings()).to.deep.equal([
      '1 stored files are not in the history',
      '2 backups of the history have no stored file any more',
    ]);
  });

  it('does not report backups that are received during the search', async () => {
    expect((await upload(app.url, sampleZip())).status).to.equal(201);
    const arriving = afterListing(async () => expect((await upload(app.url, sampleZip())).status).to.equal(201));
    expect(await warnings(app, arriving)).to.deep.equal([]);
  });

  it('does not report an upload that has its file and not yet its row', async () => {
    const [named, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: Storage = {
      ...app.storage,
      async receive(...what) {
        const received = await app.storage.receive(...what);
        const publish = async () => {
          const isNamed = await received.publish();
          named.resolve();
          await goOn.promise;
          return isNamed;
        };
        return { ...received, publish };
      },
    };
    await using other = await runApp(store, { storage: slow });
    const sending = upload(other.url, sampleZip());
    await named.promise;
    const hunted: Storage = {
      ...slow,
      exclusively(...task) {
        const turn = slow.exclusively(...task);
        goOn.resolve();
        return turn;
      },
    };
    const hunting = warnings(other, hunted).finally(goOn.resolve);
    expect(await hunting).to.deep.equal([]);
    expect((await sending).status).to.equal(201);
  });

  it('does not report a backup whose damaged file is being replaced', async () => {
    const zip = sampleZip();
    expect((await upload(app.url, zip)).status).to.equal(201);
    const path = join(app.storageDir, zip.database, zip.fileName);
    await rm(path);
    const returning = afterListing(() => writeFile(path, zip.bytes));
    expect(await warnings(app, returning)).to.deep.equal([]);
  });

  it('looks for each file of a database whose folder comes back, or is made, during the search', async () => {
    const [kept, lost] = [sampleZip(), sampleZip()];
    for (const zip of [kept, lost]) expect((await upload(app.url, zip)).status).to.equal(201);
    const [folder, aside] = [join(app.storageDir, kept.database), `${app.storageDir}-aside`];
    await rename(folder, aside);
    await rm(join(aside, lost.fileName));
    let lists = 0;
    const returning: Storage = {
      ...app.storage,
      async *list() {
        lists += 1;
        if (lists === 2) {
          await rename(aside, folder);
          expect((await upload(app.url, sampleZip())).status).to.equal(201);
        }
        yield* app.storage.list();
      },
    };
    expect(await warnings(app, returning)).to.deep.equal(['1 backups of the history have no stored file any more']);
  });

  it('does not count what was removed while the folder of its database was looked for', async () => {
    const zip = sampleZip();
    expect((await upload(app.url, zip)).status).to.equal(201);
    await rm(join(app.storageDir, zip.database), { recursive: true });
    let lists = 0;
    const removing: Storage = {
      ...app.storage,
      async *list() {
        lists += 1;
        if (lists === 2) await app.history.em.fork().nativeUpdate(Backup, {}, { removedAt: new Date() });
        yield* app.storage.list();
      },
    };
    expect(await warnings(app, removing)).to.deep.equal([]);
  });

  it('does not count the backups of a database whose folder is on a disk that is away', async () => {
    const zip = sampleZip();
    expect((await upload(app.url, zip)).status).to.equal(201);
    const folder = join(app.storageDir, zip.database);
    await rm(folder, { recursive: true });
    await symlink('/nonexistent/disk', folder);
    const failure = await warnings().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StorageAway);
  });
});
