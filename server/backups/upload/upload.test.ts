import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseReprDigest } from '../../../protocol/digest.ts';
import { uploadReceipt } from '../../../protocol/responses.ts';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';

describeOnAnyStore('POST /{db_name}', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const countBackups = () => app.history.em.fork().count(Backup);

  it('keeps a new file and answers with Response 3', async () => {
    const zip = sampleZip({ takenAt: '2023-10-29T00:00:00Z' });
    const { status, headers, json } = await upload(app.url, zip);
    expect(status).to.equal(201);
    expect(headers.get('location')).to.equal(`/${json.data.id}/download`);
    expect(json).to.deep.equal({
      data: {
        id: json.data.id,
        database_name: 'pt_xyz',
        file_name: zip.fileName,
        timestamp: '2023-10-29 00:00:00',
        size: zip.bytes.length,
        repr_digest: json.data.repr_digest,
        state: 'unverified',
        findings: json.data.findings,
        dump_size: zip.dump.size,
        dump_sha256: zip.dump.sha256,
        received_at: json.data.received_at,
      },
      message: 'success',
    });
    expect(json.data.findings.map(({ code }: { code: string }) => code)).to.deep.equal(['NO_MANIFEST']);
    expect(Math.abs(Date.parse(json.data.received_at) - Date.now())).to.be.lessThan(10_000);
    expect(parseReprDigest(json.data.repr_digest)?.toString('hex')).to.equal(zip.sha256);
    expect(uploadReceipt.isValidSync(json, { strict: true })).to.equal(true);
    expect(await readFile(join(app.storageDir, 'pt_xyz', zip.fileName))).to.deep.equal(zip.bytes);
  });

  it('creates files and folders that only its own user can read', async () => {
    const zip = sampleZip({ database: 'private' });
    await upload(app.url, zip);
    const folder = join(app.storageDir, 'private');
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    expect((await stat(join(folder, zip.fileName))).mode & 0o777).to.equal(0o600);
  });

  it('accepts the file under any field name, and with both endings', async () => {
    const id = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
    const zip = sampleZip({ fileName: `mysql-2023-10-31-00-00-00-pt_xyz-${id}.zip` });
    const { status, json } = await upload(app.url, zip, { field: 'backup', fields: { db_name: 'pt_xyz' } });
    expect(status).to.equal(201);
    expect(json.data.file_name).to.equal(zip.fileName);
  });

  it('keeps names that are not ASCII', async () => {
    for (const database of ['データ', 'with space', "o'clock `y`", 'client-7', 'a%2Fb', '.hidden']) {
      const zip = sampleZip({ database });
      const { status, json, text } = await upload(app.url, zip);
      expect(status, text).to.equal(201);
      expect(json.data).to.include({ database_name: database, file_name: zip.fileName });
      expect(await app.storedFiles()).to.include(join(database, zip.fileName));
    }
  });

  it('treats names that differ by upper and lower case or accents as different', async () => {
    for (const database of ['shop', 'Shop', 'shöp', 'shöp'.normalize('NFD')])
      expect((await upload(app.url, sampleZip({ database }))).status).to.equal(201);
    const { json } = await request(`${app.url}/shop`);
    expect(json.data.histories).to.have.length(1);
  });

  it('answers 200 with the existing record when the same file is sent again', async () => {
    const zip = sampleZip();
    const first = await upload(app.url, zip);
    const count = await countBackups();
    const second = await upload(app.url, zip);
    expect(second.status).to.equal(200);
    expect(second.json).to.deep.equal(first.json);
    expect(second.headers.get('location')).to.equal(first.headers.get('location'));
    expect(await countBackups()).to.equal(count);
  });

  it('answers 409 to other bytes under a used name, and does not change the stored file', async () => {
    const zip = sampleZip();
    await upload(app.url, zip);
    expectError(await upload(app.url, { ...sampleZip({ fileName: zip.fileName, content: 'x' }) }), 409, 'NAME_TAKEN');
    expect(await readFile(join(app.storageDir, 'pt_xyz', zip.fileName))).to.deep.equal(zip.bytes);
    const files = await app.storedFiles();
    expect(files.filter(file => file.includes('.part'))).to.deep.equal([]);
  });

  it('gives a record to a file that a crash left without one', async () => {
    const zip = sampleZip({ database: 'orphaned' });
    await mkdir(join(app.storageDir, 'orphaned'));
    await writeFile(join(app.storageDir, 'orphaned', zip.fileName), zip.bytes);
    expectError(await upload(app.url, sampleZip({ ...zip, content: 'other' })), 409, 'NAME_TAKEN');
    expect((await request(`${app.url}/orphaned`)).status).to.equal(404);
    expect((await upload(app.url, zip)).status).to.equal(201);
    expect((await request(`${app.url}/orphaned`)).json.data.histories).to.have.length(1);
  });

  it('records one of many identical uploads at once, and answers all with the same record', async () => {
    const zip = sampleZip({ database: 'raced' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(app.url, zip)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
    expect((await request(`${app.url}/raced`)).json.data.histories).to.have.length(1);
  });

  it('stores one of many different uploads under one name, and answers 409 to the others', async () => {
    const { fileName } = sampleZip({ database: 'contested' });
    const zips = Array.from({ length: 8 }, (_, i) => sampleZip({ database: 'contested', fileName, content: `${i}` }));
    const answers = await Promise.all(zips.map(zip => upload(app.url, zip)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409, 409, 409]);
    const winner = answers.findIndex(({ status }) => status === 201);
    expect(await readFile(join(app.storageDir, 'contested', fileName))).to.deep.equal(zips[winner]!.bytes);
    expect(parseReprDigest(answers[winner]!.json.data.repr_digest)?.toString('hex')).to.equal(zips[winner]!.sha256);
    expect((await app.storedFiles()).filter(file => file.endsWith('.part'))).to.deep.equal([]);
  });

  it('accepts many first uploads of a new database at once', async () => {
    const zips = Array.from({ length: 12 }, () => sampleZip({ database: 'brand_new' }));
    const answers = await Promise.all(zips.map(zip => upload(app.url, zip)));
    expect(answers.map(({ status, text }) => (status === 201 ? status : text))).to.deep.equal(zips.map(() => 201));
    expect((await request(`${app.url}/brand_new`)).json.data.histories).to.have.length(12);
  });

  it('accepts names that differ from a path of the service only by upper and lower case', async () => {
    for (const database of ['GraphQL', 'GRAPHQL']) {
      const { status, json } = await upload(app.url, sampleZip({ database }));
      expect(status).to.equal(201);
      expect(json.data.database_name).to.equal(database);
      expect((await request(`${app.url}/${database}`)).json.data.histories).to.have.length(1);
    }
  });

  describe('refuses and leaves nothing behind:', () => {
    let files: string[];
    let count: number;
    beforeEach(async () => {
      files = await app.storedFiles();
      count = await countBackups();
    });
    afterEach(async () => {
      expect(await app.storedFiles()).to.deep.equal(files);
      expect(await countBackups()).to.equal(count);
    });

    const name = (rest: string) => `mysql-2023-10-31-00-00-00-${rest}`;
    const id = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
    const badNames = {
      'no grammar': 'backup.zip',
      'a date that is not': `mysql-2023-02-29-00-00-00-pt_xyz-${id}.sql.zip`,
      'another database': name(`pt_abc-${id}.sql.zip`),
      'a path before the name': `../pt_abc/${name(`pt_xyz-${id}.sql.zip`)}`,
      'a path inside the name': name(`../../etc-${id}.sql.zip`),
      'a backslash': `..\\${name(`pt_xyz-${id}.sql.zip`)}`,
      'a control character': name(`pt\u0085xyz-${id}.sql.zip`),
      'another case': name(`PT_XYZ-${id}.sql.zip`),
    };
    for (const [what, fileName] of Object.entries(badNames))
      it(`a file name with ${what}`, async () => {
        const zip = sampleZip({ entryName: 'x' });
        expectError(await upload(app.url, { ...zip, fileName }), 422, 'INVALID_FILE_NAME', 'file');
      });

    it('an invalid database name', async () => {
      for (const path of ['..%2Fx', 'a%2Fb', 'a%5Cb', 'a%00b', 'x'.repeat(65), '%20', 'a%20', '...']) {
        const form = new FormData();
        form.append('file', new Blob(['x']), sampleZip().fileName);
        expectError(
          await request(`${app.url}/${path}`, { method: 'POST', body: form }),
          422,
          'VALIDATION_FAILED',
          'db_name',
        );
      }
    });

    it('a field db_name that differs from the path, before or after the file', async () => {
      const zip = sampleZip();
      const fields = { db_name: 'pt_abc' };
      expectError(await upload(app.url, zip, { fields }), 422, 'VALIDATION_FAILED', 'db_name');
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
      form.append('db_name', 'pt_abc');
      expectError(
        await request(`${app.url}/pt_xyz`, { method: 'POST', body: form }),
        422,
        'VALIDATION_FAILED',
        'db_name',
      );
    });

    it('no file, a text field instead of the file, or two files', async () => {
      const zip = sampleZip();
      const form = new FormData();
      form.append('file', 'text');
      expectError(await request(`${app.url}/pt_xyz`, { method: 'POST', body: form }), 422, 'FILE_MISSING', 'file');
      form.set('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
      form.append('more', new Blob(['x']), sampleZip().fileName);
      expectError(await request(`${app.url}/pt_xyz`, { method: 'POST', body: form }), 422, 'TOO_MANY_FILES', 'file');
    });

    it('what is not multipart', async () => {
      const post = (init: RequestInit) => request(`${app.url}/pt_xyz`, { method: 'POST', ...init });
      expectError(await post({ body: '{}', headers: { 'content-type': 'application/json' } }), 415, 'NOT_MULTIPART');
      expectError(await post({ body: new Uint8Array(9) }), 415, 'NOT_MULTIPART');
      expectError(
        await post({ body: 'x', headers: { 'content-type': 'multipart/mixed; boundary=x' } }),
        415,
        'NOT_MULTIPART',
      );
    });

    it('multipart without a boundary, with another one, or cut off', async () => {
      const { fileName } = sampleZip();
      const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`;
      const post = (body: string, type = 'multipart/form-data; boundary=x') =>
        request(`${app.url}/pt_xyz`, { method: 'POST', body, headers: { 'content-type': type } });
      expectError(await post(`${head}PK\r\n--x--`, 'multipart/form-data'), 400, 'MALFORMED_FORM');
      expectError(await post(`${head}PK\r\n--x--`, 'multipart/form-data; boundary=y'), 400, 'MALFORMED_FORM');
      expectError(await post(`${head}PK`), 400, 'MALFORMED_FORM');
      expectError(await post(`${head}PK\r\n--x`), 400, 'MALFORMED_FORM');
      expectError(await post('--x\r\nContent-Disp'), 400, 'MALFORMED_FORM');
      expectError(await post(''), 400, 'MALFORMED_FORM');
    });

    it('a file that is not a zip with the right content', async () => {
      const { fileName, bytes, database } = sampleZip();
      expectError(
        await upload(app.url, { database, fileName, bytes: Buffer.from('no zip') }),
        422,
        'INVALID_ZIP',
        'file',
      );
      expectError(
        await upload(app.url, { database, fileName, bytes: bytes.subarray(0, -1) }),
        422,
        'INVALID_ZIP',
        'file',
      );
      expectError(await upload(app.url, sampleZip({ entryName: 'other.sql' })), 422, 'INVALID_ZIP', 'file');
      expectError(await upload(app.url, { database, fileName, bytes: Buffer.alloc(0) }), 422, 'INVALID_ZIP', 'file');
    });
  });
});
