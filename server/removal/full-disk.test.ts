import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fillDisk, mountSmallDisk, type SmallDisk } from '../../testing/machine/small-disk.ts';
import { type KeptBackup, keepNight, removeNow, scheduleNow } from '../../testing/service/removing.ts';
import { upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { parseSidecar } from '../backups/sidecar/sidecar.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Pin } from '../entities/pin.entity.ts';
import { pinBackup } from '../pins/pin-backup.ts';

/** One hundredth of a larger disk is as much as SQLite's log takes. */
const MEGABYTES = 400;

describeOnAnyStore('removing backups while the disk is full', store => {
  let folder: string;
  let disk: SmallDisk | undefined;
  let app: RunningApp;
  let nights: KeptBackup[];
  before(function () {
    folder = mkdtempSync(join(tmpdir(), 'lumbung-disk-'));
    disk = mountSmallDisk(folder, 4);
    if (!disk) this.skip();
  });
  after(() => {
    disk?.[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  /** @param isHistoryThere whether a history in a file lies on the same disk */
  async function open(isHistoryThere: boolean): Promise<void> {
    const url = isHistoryThere ? () => store.url(folder) : store.url;
    app = await runApp({ name: store.name, url }, { storageDir: join(folder, 'backups') });
    nights = [];
    for (const night of [1, 2, 3]) nights.push(await keepNight(app, night));
  }
  afterEach(async () => {
    await app?.[Symbol.asyncDispose]();
    for (const name of ['backups', 'filler', 'history.sqlite'])
      for (const ending of ['', '-wal', '-shm'])
        await rm(join(folder, `${name}${ending}`), { recursive: true, force: true });
  });

  const recordOf = async ({ database, fileName }: KeptBackup) => {
    const address = { database, fileName };
    const record = parseSidecar((await app.storage.getMetadata(address))!, address);
    if (typeof record === 'string') throw new Error(record);
    return record;
  };
  const rowOf = ({ id }: KeptBackup) => app.history.em.fork().findOneOrFail(Backup, { id });

  it('leaves all as it is when others have filled it to the last byte, and goes on when there is room', async () => {
    await open(false);
    const [first] = nights as [KeptBackup];
    await scheduleNow(app, [first.id]);
    await fillDisk(join(folder, 'filler'));
    const full = await removeNow(app);
    expect(full).to.include({ removed: 0, failed: 1 });
    expect(full.lines[0]).to.match(/could not be removed: ENOSPC.* It is tried again within the hour/);
    expect((await fetch(`${app.url}/${first.id}/download`)).status).to.equal(200);
    expect((await recordOf(first)).removal?.at, 'no tombstone').to.equal(null);
    expect((await rowOf(first)).removedAt ?? null).to.equal(null);
    let isRead = false;
    const content = (async function* () {
      isRead = true;
      yield Buffer.from('x');
    })();
    const late = { database: 'pt_xyz', fileName: first.fileName.replace('2023-10-01', '2023-10-09') };
    const refused = await app.storage.receive(late, content).catch(error => error);
    expect([refused.code, isRead], 'a new upload is refused before it is read').to.deep.equal(['ENOSPC', false]);
    await rm(join(folder, 'filler'));
    expect(await removeNow(app)).to.include({ removed: 1, failed: 0 });
    expect((await fetch(`${app.url}/${first.id}/download`)).status).to.equal(410);
    expect(await app.storedZips()).to.have.length(2);
  });

  it('keeps no pin, no removal and no upload whose record has no room, and each works later', async () => {
    await open(false);
    const [first, second] = nights as [KeptBackup, KeptBackup];
    const before = (await app.storage.getMetadata(first))!;
    const pinning = { em: app.history.em.fork(), storage: app.storage, now: new Date() };
    const pin = () => pinBackup(pinning, first.id, { kind: 'pin', reason: 'why', by: 'siti' });
    await fillDisk(join(folder, 'filler'));
    expect(await pin().catch(error => error.code)).to.equal('ENOSPC');
    expect(await scheduleNow(app, [second.id]).catch(error => error.code)).to.equal('ENOSPC');
    expect(await app.history.em.fork().count(Pin, { backupId: first.id })).to.equal(0);
    expect((await rowOf(second)).removalDue ?? null).to.equal(null);
    expect(await app.storage.getMetadata(first), 'the old record').to.equal(before);
    await rm(join(folder, 'filler'));
    await pin();
    await scheduleNow(app, [second.id]);
    // The zip of an upload has room, and its record has none.
    const zip = sampleZip({ takenAt: '2023-10-20T01:30:00Z' });
    const { putMetadata } = app.storage;
    app.storage.putMetadata = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    expect((await upload(app.url, zip)).status).to.be.at.least(500);
    app.storage.putMetadata = putMetadata;
    expect(await app.history.em.fork().count(Backup, { fileName: zip.fileName })).to.equal(0);
    expect((await upload(app.url, zip)).status, 'sent again').to.equal(201);
    expect((await fetch(`${app.url}/pt_xyz`)).status).to.equal(200);
  });

  if (store.name === 'SQLite')
    it('ends by itself when the history had no room behind the tombstone', async () => {
      await open(true);
      const [first] = nights as [KeptBackup];
      await scheduleNow(app, [first.id]);
      const { putMetadata } = app.storage;
      const filling: typeof app.storage = {
        ...app.storage,
        async putMetadata(address, text) {
          await putMetadata(address, text);
          await fillDisk(join(folder, 'filler'));
        },
      };
      const cut = await removeNow(app, { storage: filling });
      expect(cut, cut.lines.join('\n')).to.include({ removed: 0, failed: 1 });
      expect((await recordOf(first)).removal?.at, 'its tombstone').to.be.a('string');
      expect((await rowOf(first)).removedAt ?? null).to.equal(null);
      expect((await fetch(`${app.url}/${first.id}/download`)).status).to.equal(200);
      await rm(join(folder, 'filler'));
      expect(await removeNow(app)).to.include({ removed: 1, failed: 0 });
      expect((await fetch(`${app.url}/${first.id}/download`)).status).to.equal(410);
    });

  it('works when uploads have filled it: these leave room for the tombstones, down to the smallest of them', async () => {
    disk!.grow(MEGABYTES);
    await open(true);
    execFileSync('fallocate', ['-l', `${MEGABYTES - 8}M`, join(folder, 'filler')]);
    const [first, second] = nights as [KeptBackup, KeptBackup];
    let [size, stored] = [600_000, 0];
    for (let hour = 0; size > 50; hour++) {
      const takenAt = new Date(Date.UTC(2023, 10, 1) + hour * 3_600_000).toISOString();
      const content = Buffer.concat([randomBytes(size), Buffer.from('\n-- Dump completed\n')]);
      const { status } = await upload(app.url, sampleZip({ takenAt, content }));
      expect(status).to.be.oneOf([201, 507]);
      if (status === 507) size = Math.floor(size / 2);
      else stored += 1;
    }
    expect(stored).to.be.above(4);
    await scheduleNow(app, [first.id, second.id]);
    expect(await removeNow(app)).to.include({ removed: 2, failed: 0 });
    expect((await recordOf(first)).removal?.at).to.be.a('string');
    expect((await rowOf(second)).removalDue ?? null).to.equal(null);
  });
});
