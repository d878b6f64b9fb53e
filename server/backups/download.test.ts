import { truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startBrowser } from '../../testing/browser/browser.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { tagOrigin } from '../errors/error-origin.ts';
import { type Storage, StorageAway, type StoredFile } from '../storage/storage.ts';
import { BackupEvents } from './events/backup-events.ts';
import { markAtSight } from './mark-at-sight.ts';
import { openBackup } from './open-backup.ts';

describeOnAnyStore('GET /{id_file}/download', store => {
  let app: RunningApp;
  let zip: SampleZip;
  let url: string;
  before(async () => {
    app = await runApp(store);
    zip = sampleZip({ content: 'x'.repeat(3000) });
    url = app.url + (await upload(app.url, zip)).headers.get('location');
  });
  after(() => app[Symbol.asyncDispose]());

  const get = async (headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(url, { method, headers });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('returns the bytes, with their type, size and digest', async () => {
    const { status, headers, bytes } = await get();
    expect(status).to.equal(200);
    expect(bytes).to.deep.equal(zip.bytes);
    expect(headers.get('content-type')).to.equal('application/zip');
    expect(headers.get('content-length')).to.equal(String(zip.bytes.length));
    expect(headers.get('content-disposition')).to.equal(`attachment; filename="${zip.fileName}"`);
    expect(headers.get('etag')).to.equal(`"${zip.sha256}"`);
    expect(headers.get('accept-ranges')).to.equal('bytes');
    const base64 = Buffer.from(zip.sha256, 'hex').toString('base64');
    expect(headers.get('repr-digest')).to.equal(`sha-256=:${base64}:`);
  });

  it('answers HEAD with the same headers without the bytes, and ignores ranges', async () => {
    const [head, whole] = [await get({ range: 'bytes=0-0' }, 'HEAD'), await get()];
    expect(head.status).to.equal(200);
    expect(head.bytes).to.have.length(0);
    for (const name of [
      'content-length',
      'content-type',
      'content-disposition',
      'etag',
      'repr-digest',
      'accept-ranges',
    ])
      expect(head.headers.get(name), name).to.equal(whole.headers.get(name));
  });

  it('returns single ranges', async () => {
    const size = zip.bytes.length;
    const ranges: Array<[string, number, number]> = [
      ['bytes=0-0', 0, 0],
      ['bytes=10-19', 10, 19],
      ['bytes=10-', 10, size - 1],
      ['bytes=-5', size - 5, size - 1],
      [`bytes=-${size + 9}`, 0, size - 1],
      [`bytes=3-${size + 100}`, 3, size - 1],
    ];
    for (const [range, start, end] of ranges) {
      const { status, headers, bytes } = await get({ range });
      expect(status, range).to.equal(206);
      expect(headers.get('content-range')).to.equal(`bytes ${start}-${end}/${size}`);
      expect(headers.get('content-length')).to.equal(String(end - start + 1));
      expect(headers.get('repr-digest')).to.contain('sha-256=:');
      expect(bytes).to.deep.equal(zip.bytes.subarray(start, end + 1));
    }
  });

  it('answers 416 to a range after the end of the file', async () => {
    for (const range of [`bytes=${zip.bytes.length}-`, 'bytes=-0', 'bytes=99999999-999999999']) {
      const answer = await request(url, { headers: { range } });
      expectError(answer, 416, 'RANGE_NOT_SATISFIABLE');
      expect(answer.headers.get('content-range')).to.equal(`bytes */${zip.bytes.length}`);
      expect(answer.headers.get('etag')).to.equal(null);
      expect(answer.headers.get('content-disposition')).to.equal(null);
    }
  });

  it('returns all of it when the range is malformed, of several parts, or of another unit', async () => {
    for (const range of [
      'bytes=5-2',
      'bytes=a-b',
      'bytes=',
      'bytes=-',
      '0-5',
      'bytes=0-1,4-5',
      'lines=0-1',
      'bytes=1.5-2',
    ])
      expect((await get({ range })).status, range).to.equal(200);
  });

  it('answers 304 to a client that has the file already', async () => {
    const etag = `"${zip.sha256}"`;
    for (const value of [etag, `"other", ${etag}`, '*', `W/${etag}`]) {
      const { status, bytes, headers } = await get({ 'if-none-match': value });
      expect(status, value).to.equal(304);
      expect(bytes).to.have.length(0);
      expect(headers.get('etag')).to.equal(etag);
    }
    expect((await get({ 'if-none-match': '"other"' })).status).to.equal(200);
    expect((await get({ 'if-none-match': etag, range: 'bytes=0-1' })).status).to.equal(304);
  });

  it('resumes a download only for the same file', async () => {
    const range = 'bytes=5-';
    expect((await get({ range, 'if-range': `"${zip.sha256}"` })).status).to.equal(206);
    for (const condition of ['"other"', `W/"${zip.sha256}"`, 'Tue, 31 Oct 2023 00:00:00 GMT'])
      expect((await get({ range, 'if-range': condition })).status, condition).to.equal(200);
  });

  it('writes names that are not ASCII so that every client can read them', async () => {
    const plain = {
      'データ "x"': '___ "x"',
      shöp: 'shop',
      ['shöp'.normalize('NFD')]: 'shop',
      straße: 'stra_e',
      ß: '_',
    };
    for (const [database, ascii] of Object.entries(plain)) {
      const other = sampleZip({ database });
      const location = (await upload(app.url, other)).headers.get('location');
      const field = (await request(app.url + location, { method: 'HEAD' })).headers.get('content-disposition')!;
      const names = /^attachment; filename="((?:[^"\\]|\\.)+)"; filename\*=UTF-8''([!-~]+)$/.exec(field);
      expect(names, field).to.be.an('array');
      expect(decodeURIComponent(names![2]!)).to.equal(other.fileName);
      expect(names![1]!.replace(/\\(.)/g, '$1')).to.equal(other.fileName.replace(database, ascii));
    }
  });

  it('is saved under the name of the zip by a browser and by curl', async function () {
    this.timeout(60_000);
    const other = sampleZip({ database: 'shöp' });
    const location = (await upload(app.url, other)).headers.get('location');
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const saving = page.waitForEvent('download');
      await page.goto(app.url + location).catch(() => {}); // a download is no page
      expect((await saving).suggestedFilename()).to.equal(other.fileName);
    } finally {
      await browser.close();
    }
  });

  it('answers 412 when a precondition does not match, and uses the receipt as the date', async () => {
    const { headers } = await get({ 'if-match': `"${zip.sha256}"` });
    const lastModified = headers.get('last-modified')!;
    const received = Date.parse((await request(url.replace('download', 'manifest'))).json.data.received_at);
    expect(Date.parse(lastModified)).to.equal(Math.floor(received / 1000) * 1000);
    expectError(await request(url, { headers: { 'if-match': '"other"' } }), 412, 'PRECONDITION_FAILED');
    const long = new Date(0).toUTCString();
    expectError(await request(url, { headers: { 'if-unmodified-since': long } }), 412, 'PRECONDITION_FAILED');
    expect((await get({ 'if-modified-since': lastModified })).status).to.equal(304);
    expect((await get({ 'if-modified-since': long })).status).to.equal(200);
    expect((await get({ range: 'bytes=5-', 'if-range': lastModified })).status).to.equal(206);
  });

  it('answers a GET with a body', async () => {
    const connection = await rawConnection(app.url);
    const target = new URL(url).pathname;
    await connection.send(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\n`,
    );
    await connection.receive(/HTTP\/1.1 200 .*\r\n\r\nPK/s);
    await connection.send('12345');
    expect((await connection.ended()).endsWith(zip.bytes.subarray(-20).toString('latin1'))).to.equal(true);
  });

  it('answers 404 to an invalid id', async () => {
    for (const id of ['999999', '0', '-1', '1.5', 'x', '01', '1e3', '4294967296', '9007199254740993', '%20', '..%2F..'])
      expectError(await request(`${app.url}/${id}/download`), 404, 'BACKUP_NOT_FOUND');
  });

  it('answers with an error, and with nothing of the file, when the disk fails before the first byte', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.reject(
        tagOrigin(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }), 'storage'),
      );
    };
    const open = async (...address: Parameters<Storage['open']>): Promise<StoredFile | undefined> => {
      const file = await app.storage.open(...address);
      return file && { ...file, pieces: failing };
    };
    await using other = await runApp(store, { storage: { ...app.storage, open } });
    const answer = await request(other.url + (await upload(other.url, sampleZip())).headers.get('location'));
    expectError(answer, 503, 'STORAGE_UNAVAILABLE');
    for (const name of ['etag', 'content-disposition', 'repr-digest', 'accept-ranges'])
      expect(answer.headers.get(name), name).to.equal(null);
    expect(answer.headers.get('x-request-id')).to.be.a('string');
  });

  it('never sends a part of a file as the whole: a stored file that is missing or cut is an error', async () => {
    const [cut, gone] = [sampleZip(), sampleZip()];
    for (const [broken, code] of [
      [cut, 'STORED_FILE_DAMAGED'],
      [gone, 'STORED_FILE_MISSING'],
    ] as const) {
      const location = (await upload(app.url, broken)).headers.get('location');
      const path = join(app.storageDir, 'pt_xyz', broken.fileName);
      await (broken === cut ? truncate(path, 10) : unlink(path));
      expectError(await request(app.url + location), 500, code);
      expect((await request(app.url + location, { method: 'HEAD' })).status).to.equal(500);
      expect(app.log.some(line => line.level === 50 && String(line.msg).includes(broken.fileName))).to.equal(true);
    }
  });

  it('marks a backup as damaged whose stored file it finds missing or cut: no answer shows it as complete', async () => {
    for (const [what, damage] of Object.entries({
      gone: 'the stored file is gone',
      cut: /^the stored file has 10 bytes, but [0-9]+ bytes were received$/,
    })) {
      const broken = sampleZip({ database: `pt_${what}` });
      const { id } = (await upload(app.url, broken, { manifest: sampleManifest(broken) })).json.data;
      const path = join(app.storageDir, broken.database, broken.fileName);
      const state = async () => ({
        one: (await request(`${app.url}/${broken.database}`)).json.data.histories[0].state,
        all: (await request(app.url)).json.data.find(
          (one: { database_name: string }) => one.database_name === broken.database,
        ).latest_backup.state,
        graphql: (await request(`${app.url}/graphql?query={backup(id:${id}){state}}`)).json.data.backup.state,
      });
      expect((await state()).one).to.equal('complete');
      await (what === 'cut' ? truncate(path, 10) : unlink(path));
      expect((await request(`${app.url}/${id}/download`)).status).to.equal(500);
      expect(await state(), what).to.deep.equal({ one: 'damaged', all: 'damaged', graphql: 'damaged' });
      const { data } = (await request(`${app.url}/${id}/manifest`)).json;
      expect(data.state).to.equal('damaged');
      expect(data.damage).to.match(new RegExp(damage));
      expect(data.checked_at).to.be.a('string');
    }
  });

  it('marks nothing while the storage is away, and answers the same when it cannot be marked', async () => {
    const kept = sampleZip({ database: 'pt_away' });
    const { id } = (await upload(app.url, kept, { manifest: sampleManifest(kept) })).json.data;
    const away = async () => Promise.reject(new StorageAway('/srv/backups is away'));
    const storage = { ...app.storage, open: away };
    const em = () => app.history.em.fork();
    const events = new BackupEvents();
    const backup = await em().findOneOrFail(Backup, { id }, { populate: ['database'] });
    expect(await markAtSight({ em: em(), storage, events }, backup).catch(error => error)).to.be.instanceOf(
      StorageAway,
    );
    const missing = { ...app.storage, open: async () => undefined, exclusively: away };
    const opening = { em: em(), scope: ['*'], storage: missing, events };
    const error = await openBackup(opening, id).catch(error => error);
    expect([error.code, error.cause?.name]).to.deep.equal(['STORED_FILE_MISSING', 'StorageAway']);
    expect((await em().findOneOrFail(Backup, { id })).damage).to.equal(null);
  });
});
