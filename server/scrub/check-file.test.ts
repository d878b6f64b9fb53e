import * as nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import type { FileSystem } from '../storage/file-system/file-system.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { scrubFile } from './check-file.ts';
import { UnreadableFile } from './stored-damage.ts';

describeOnAnyStore('scrubbing one file', store => {
  let app: RunningApp;
  let zip: SampleZip;
  let path: string;
  let logged: string[];
  beforeEach(async () => {
    app = await runApp(store);
    zip = sampleZip();
    path = join(app.storageDir, zip.database, zip.fileName);
    logged = [];
    expect((await upload(app.url, zip)).status).to.equal(201);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const row = () => app.history.em.fork().findOneOrFail(Backup, { fileName: zip.fileName }, { populate: ['database'] });

  async function scrub(backup: Backup, { storage = app.storage, signal = new AbortController().signal } = {}) {
    const log = pino({}, { write: line => void logged.push(line) });
    const now = () => new Date();
    const onRead = async () => {};
    const { history, events } = app;
    return scrubFile({ history, storage, events, log, signal, now, onRead, onHastyRead: onRead }, backup);
  }

  /** The storage, with something that happens right after a file was opened for the n-th time. */
  function afterOpening(nth: number, happens: () => Promise<unknown>): Storage {
    let opened = 0;
    return {
      ...app.storage,
      async open(address) {
        const file = await app.storage.open(address);
        opened += 1;
        if (opened === nth) await happens();
        return file;
      },
    };
  }

  it('checks again before it marks: a file that was put back meanwhile is sound', async () => {
    await nodeFs.rm(path);
    const storage = afterOpening(1, () => nodeFs.writeFile(path, zip.bytes));
    expect(await scrub(await row(), { storage })).to.equal('sound');
    expect((await row()).damage).to.equal(null);
    expect(logged).to.deep.equal([]);
  });

  it('checks again when a damaged file was replaced while it was read', async () => {
    await nodeFs.writeFile(path, Buffer.alloc(zip.bytes.length));
    const storage = afterOpening(1, async () => {
      await nodeFs.writeFile(`${path}.good`, zip.bytes);
      await nodeFs.rename(`${path}.good`, path);
    });
    expect(await scrub(await row(), { storage })).to.equal('sound');
    expect((await row()).damage).to.equal(null);
  });

  it('waits with the second check until no upload of the file runs', async () => {
    await nodeFs.rm(path);
    const running = Promise.withResolvers<void>();
    const { database, fileName } = zip;
    const uploading = app.storage.exclusively({ database, fileName }, async () => {
      await running.promise;
      await nodeFs.writeFile(path, zip.bytes);
    });
    const opened = Promise.withResolvers<void>();
    const scrubbing = scrub(await row(), { storage: afterOpening(1, async () => opened.resolve()) });
    await opened.promise;
    await new Promise(resolve => setImmediate(resolve));
    running.resolve();
    expect(await scrubbing).to.equal('sound');
    await uploading;
    expect((await row()).damage).to.equal(null);
  });

  it('does not mark again what an upload has healed since the row was read', async () => {
    await nodeFs.rm(path);
    const em = app.history.em.fork();
    const damage = 'the stored file is gone';
    await em.nativeUpdate(Backup, { fileName: zip.fileName }, { damage });
    const stale = await row();
    const checkedAt = new Date(Date.now() - 5_000);
    const storage = afterOpening(1, () =>
      em.nativeUpdate(Backup, { fileName: zip.fileName }, { damage: null, checkedAt }),
    );
    expect(await scrub(stale, { storage })).to.equal('skipped');
    expect(await row()).to.deep.include({ damage: null, checkedAt });
    expect(logged).to.deep.equal([]);
  });

  it('skips a backup that was removed meanwhile', async () => {
    const backup = await row();
    await app.history.em.fork().nativeDelete(Backup, { id: backup.id });
    expect(await scrub(backup)).to.equal('skipped');
    await nodeFs.rm(path);
    expect(await scrub(backup)).to.equal('skipped');
    expect(logged).to.deep.equal([]);
  });

  it('marks nothing when the disk fails, at any step', async () => {
    const { checkedAt } = await row();
    const cases: Array<[string, Partial<FileSystem>]> = [
      ['EACCES', { open: refuse('EACCES') }],
      ['EIO', { open: async (...path) => broken(await nodeFs.open(...path), 'EIO') }],
    ];
    for (const [code, fs] of cases) {
      const storage = folderStorage({ folder: app.storageDir, fs: { ...nodeFs, ...fs } });
      const error = await scrub(await row(), { storage }).catch(error => error);
      expect(error, code).to.be.instanceOf(UnreadableFile);
      expect(error.message).to.contain(code).and.contain(zip.fileName).and.not.contain(tmpdir());
      expect(await row()).to.deep.include({ damage: null, checkedAt });
    }
  });

  it('marks nothing when the file is cut while it is read: the next scrub finds its length', async () => {
    const storage = afterOpening(1, () => nodeFs.truncate(path, 5));
    expect(await scrub(await row(), { storage }).catch(error => error)).to.be.instanceOf(UnreadableFile);
    expect((await row()).damage).to.equal(null);
    expect(await scrub(await row())).to.equal('damaged');
    expect((await row()).damage).to.contain('has 5 bytes');
  });

  it('ends in the middle of a file when it is stopped, and marks nothing', async () => {
    await nodeFs.writeFile(path, Buffer.alloc(zip.bytes.length));
    const { checkedAt } = await row();
    const stop = new AbortController();
    const reason = new Error('the service stops');
    const storage = afterOpening(1, async () => stop.abort(reason));
    expect(await scrub(await row(), { storage, signal: stop.signal }).catch(error => error)).to.equal(reason);
    expect(await row()).to.deep.include({ damage: null, checkedAt });
  });
});

function refuse(code: string) {
  return async () => {
    throw Object.assign(new Error(`${code}: open '${tmpdir()}/x'`), { code });
  };
}

function broken(handle: nodeFs.FileHandle, code: string): nodeFs.FileHandle {
  handle.read = refuse(code) as never;
  return handle;
}
