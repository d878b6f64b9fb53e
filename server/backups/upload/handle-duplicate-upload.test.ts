import { readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import type { Storage, StoredFile } from '../../storage/storage.ts';

describeOnAnyStore('a file that is sent again', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const pathOf = ({ database, fileName }: SampleZip) => join(app.storageDir, database, fileName);
  const send = (zip: SampleZip) => upload(app.url, zip, { manifest: sampleManifest(zip) });
  const filesOf = async ({ database }: SampleZip) =>
    (await app.storedFiles())
      .filter(path => path.startsWith(`${database}/`))
      .map(path => path.slice(database.length + 1));

  /** Uploads, and lets the history say that the stored file is damaged. */
  async function damaged(database: string) {
    const zip = sampleZip({ database });
    const { json } = await send(zip);
    await app.history.em.fork().nativeUpdate(Backup, json.data.id, { damage: 'it is', checkedAt: new Date(0) });
    return { zip, receipt: json };
  }

  /** Sends it again, and expects that all is as it was when it came first. */
  async function expectHealed(zip: SampleZip, receipt: { data: { id: number } }): Promise<void> {
    const start = Date.now();
    const answer = await send(zip);
    expect({ status: answer.status, json: answer.json }).to.deep.equal({ status: 200, json: receipt });
    expect(await readFile(pathOf(zip))).to.deep.equal(zip.bytes);
    const { damage, checkedAt } = await app.history.em.fork().findOneOrFail(Backup, receipt.data.id);
    expect(damage).to.equal(null);
    expect(checkedAt!.getTime()).to.be.within(start - 1_000, Date.now() + 1_000);
    expect((await request(`${app.url}/${zip.database}`)).json.data.histories[0].state).to.equal('complete');
  }

  it('replaces a stored file with other bytes, and keeps those bytes aside', async () => {
    const { zip, receipt } = await damaged('rotten');
    const rotten = Buffer.from(zip.bytes);
    rotten[100]! ^= 1;
    await writeFile(pathOf(zip), rotten);
    expect((await request(`${app.url}/rotten`)).json.data.histories[0].state).to.equal('damaged');
    await expectHealed(zip, receipt);
    expect(await readFile(`${pathOf(zip)}.bad-1`)).to.deep.equal(rotten);
    expect(await filesOf(zip)).to.deep.equal([zip.fileName, `${zip.fileName}.bad-1`, `${zip.fileName}.json`]);
  });

  it('repairs a file that is cut, longer or empty, also when no scrub had found that', async () => {
    const zip = sampleZip({ database: 'cut' });
    const { json } = await send(zip);
    for (const size of [10, zip.bytes.length + 1, 0]) {
      await truncate(pathOf(zip), size);
      await expectHealed(zip, json);
    }
    expect(await filesOf(zip)).to.have.length(5);
  });

  it('restores a missing file, with its record', async () => {
    const { zip, receipt } = await damaged('gone');
    const record = await readFile(`${pathOf(zip)}.json`, 'utf8');
    await rm(join(app.storageDir, 'gone'), { recursive: true });
    await expectHealed(zip, receipt);
    expect(await readFile(`${pathOf(zip)}.json`, 'utf8')).to.equal(record);
    await unlink(pathOf(zip));
    await expectHealed(zip, receipt);
    expect(await filesOf(zip)).to.deep.equal([zip.fileName, `${zip.fileName}.json`]);
  });

  it('clears a mark of damage when the stored bytes are right', async () => {
    const { zip, receipt } = await damaged('put_back');
    await expectHealed(zip, receipt);
    expect(await filesOf(zip)).to.deep.equal([zip.fileName, `${zip.fileName}.json`]);
  });

  it('replaces a stored file that the disk can no longer read', async () => {
    const failing = async function* () {
      yield Buffer.from('PK');
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    };
    const open = async (...address: Parameters<Storage['open']>): Promise<StoredFile | undefined> => {
      const file = await app.storage.open(...address);
      return file && { ...file, pieces: failing };
    };
    await using other = await runApp(store, { storage: { ...app.storage, open } });
    const zip = sampleZip({ database: 'bad_sector' });
    expect((await upload(other.url, zip)).status).to.equal(201);
    expect((await upload(other.url, zip)).status).to.equal(200);
    expect(await filesOf(zip)).to.include(`${zip.fileName}.bad-1`);
  });

  it('does not replace a stored file by other bytes, also when it is damaged', async () => {
    const { zip } = await damaged('contested');
    await writeFile(pathOf(zip), 'rotten');
    const other = sampleZip({ database: 'contested', fileName: zip.fileName, content: 'other' });
    expectError(await send(other), 409, 'NAME_TAKEN');
    expect(await readFile(pathOf(zip), 'utf8')).to.equal('rotten');
    expect((await request(`${app.url}/contested`)).json.data.histories[0].state).to.equal('damaged');
  });

  it('is replaced once when it is sent many times at once', async () => {
    const { zip, receipt } = await damaged('raced');
    await writeFile(pathOf(zip), 'rotten');
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(zip)));
    for (const { status, json } of answers) expect({ status, json }).to.deep.equal({ status: 200, json: receipt });
    expect(await filesOf(zip)).to.deep.equal([zip.fileName, `${zip.fileName}.bad-1`, `${zip.fileName}.json`]);
  });

  it('writes a torn record again', async () => {
    const zip = sampleZip({ database: 'torn' });
    await upload(app.url, zip);
    const whole = await readFile(`${pathOf(zip)}.json`, 'utf8');
    await writeFile(`${pathOf(zip)}.json`, whole.slice(0, 20));
    await send(zip);
    expect(await readFile(`${pathOf(zip)}.json`, 'utf8')).to.equal(whole);
  });

  it('writes a record for a file of a version without records', async () => {
    const zip = sampleZip({ database: 'old' });
    const { json } = await upload(app.url, zip);
    await app.history.em
      .fork()
      .nativeUpdate(Backup, json.data.id, { findings: null, dumpSize: null, dumpSha256: null });
    await unlink(`${pathOf(zip)}.json`);
    const again = await send(zip);
    expect(again.json.data).to.deep.include({ id: json.data.id, state: 'unverified', findings: [], dump_size: null });
    const record = JSON.parse(await readFile(`${pathOf(zip)}.json`, 'utf8'));
    expect(record).to.deep.include({ id: json.data.id, state: 'unverified', findings: [], manifest: null });
  });
});
