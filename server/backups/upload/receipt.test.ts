import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { MAX_MANIFEST_BYTES, type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { backupReport, uploadReceipt } from '../../../protocol/responses.ts';
import { PART_END, partHead, rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { type Answer, expectError, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { tagOrigin } from '../../errors/error-origin.ts';

const codesOf = ({ json }: Answer): string[] => json.data.findings.map(({ code }: { code: string }) => code);
const digestOf = (sha256: string) => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;

describeOnAnyStore('the receipt of an upload', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const send = (zip: SampleZip, manifest: object = sampleManifest(zip)) => upload(app.url, zip, { manifest });
  const reportOf = async (id: number) => (await request(`${app.url}/${id}/manifest`)).json;

  it('is complete when the manifest says so and all of it is true', async () => {
    const zip = sampleZip();
    const headers = { 'Repr-Digest': `sha-512=:AAAA:, ${digestOf(zip.sha256)}` };
    const answer = await upload(app.url, zip, { manifest: sampleManifest(zip), headers });
    expect(answer.status).to.equal(201);
    const { state, findings, dump_size, dump_sha256 } = answer.json.data;
    expect({ state, findings, dump: { size: dump_size, sha256: dump_sha256 } }).to.deep.equal({
      state: 'complete',
      findings: [],
      dump: zip.dump,
    });
    expect(uploadReceipt.isValidSync(answer.json, { strict: true })).to.equal(true);
  });

  it('is incomplete when the manifest says so, with its findings, and warnings do not count', async () => {
    const [partial, warned] = [sampleZip(), sampleZip()];
    const findings = [finding('TRIGGERS_NOT_GRANTED', 'no right to see triggers', 'GRANT TRIGGER ON `pt_xyz`.* TO u;')];
    const answer = await send(partial, sampleManifest(partial, { findings }));
    expect(answer.json.data).to.deep.include({ state: 'incomplete', findings });
    const warnings = [finding('DUMP_STDERR_WARNING', 'mysqldump said: hm')];
    const second = await send(warned, sampleManifest(warned, { findings: warnings }));
    expect(second.json.data).to.deep.include({ state: 'complete', findings: warnings });
  });

  it('is unverified without a manifest', async () => {
    const answer = await upload(app.url, sampleZip());
    expect(answer.status).to.equal(201);
    expect(answer.json.data.state).to.equal('unverified');
    expect(codesOf(answer)).to.deep.equal(['NO_MANIFEST']);
  });

  it('is incomplete when the dump does not end with the end marker, with a manifest or without', async () => {
    for (const content of ['', 'INSERT', '-- Dump completed on x\nINSERT', `INSERT '-- Dump completed'`]) {
      const [bare, vouched] = [0, 1].map(() => sampleZip({ content, database: 'cut_off' })) as [SampleZip, SampleZip];
      const answers = [await upload(app.url, bare), await send(vouched)];
      expect(answers.map(({ status }) => status)).to.deep.equal([201, 201]);
      expect(answers.map(({ json }) => json.data.state)).to.deep.equal(['incomplete', 'incomplete']);
      expect(codesOf(answers[0]!)).to.deep.equal(['NO_MANIFEST', 'END_MARKER_MISSING']);
      expect(codesOf(answers[1]!)).to.deep.equal(['END_MARKER_MISSING']);
    }
  });

  it('accepts the manifest after the file, too', async () => {
    const zip = sampleZip();
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
    form.append('manifest', JSON.stringify(sampleManifest(zip)));
    const answer = await request(`${app.url}/pt_xyz`, { method: 'POST', body: form });
    expect(answer.json.data).to.include({ state: 'complete' });
  });

  it('stays the same when the same file is sent again, with any manifest', async () => {
    const zip = sampleZip();
    const first = await upload(app.url, zip);
    const again = await send(zip);
    expect({ status: again.status, json: again.json }).to.deep.equal({ status: 200, json: first.json });
  });

  it('is kept beside the zip with all that the history knows, before it is answered', async () => {
    const zip = sampleZip({ takenAt: '2023-10-29T01:02:03Z' });
    const manifest = { ...sampleManifest(zip), a_key_of_a_newer_client: ['データ', null] };
    const { data } = (await send(zip, manifest)).json;
    const record = JSON.parse(await readFile(join(app.storageDir, 'pt_xyz', `${zip.fileName}.json`), 'utf8'));
    expect(record).to.deep.equal({
      record_version: 1,
      id: data.id,
      database: 'pt_xyz',
      file_name: zip.fileName,
      taken_at: '2023-10-29T01:02:03.000Z',
      received_at: data.received_at,
      size: zip.bytes.length,
      sha256: zip.sha256,
      dump_size: zip.dump.size,
      dump_sha256: zip.dump.sha256,
      state: 'complete',
      findings: [],
      manifest,
    });
  });

  it('is an error, and no row is written, when the record cannot be written', async () => {
    const { storage } = app;
    const failing = {
      ...storage,
      putMetadata: () => Promise.reject(tagOrigin(Object.assign(new Error('full'), { code: 'ENOSPC' }), 'storage')),
    };
    await using other = await runApp(store, { storage: failing });
    const zip = sampleZip({ database: 'unrecorded' });
    expectError(await upload(other.url, zip), 507, 'STORAGE_FULL');
    expect((await request(`${other.url}/unrecorded`)).status).to.equal(404);
    expect(await other.history.em.fork().count(Backup)).to.equal(0);
    await unlink(join(app.storageDir, 'unrecorded', zip.fileName));
  });

  describe('GET /{id_file}/manifest', () => {
    it('shows all that is known about a backup', async () => {
      const zip = sampleZip();
      const manifest = { ...sampleManifest(zip), a_key_of_a_newer_client: ['データ', null] };
      const { data } = (await send(zip, manifest)).json;
      const report = await reportOf(data.id);
      const since = { checked_at: data.received_at, damage: null, last_drill: null, last_proof: null };
      expect(report).to.deep.equal({ data: { ...data, ...since, manifest }, message: 'success' });
      expect(backupReport.isValidSync(report, { strict: true })).to.equal(true);
      expect(manifestSchema.isValidSync(report.data.manifest, { strict: true })).to.equal(true);
    });

    it('shows a backup without a manifest, a damaged one, and one of a version without manifests', async () => {
      const zip = sampleZip();
      const { id } = (await upload(app.url, zip)).json.data;
      const old = { state: 'unverified', findings: null, dumpSize: null, dumpSha256: null } as const;
      const gone = { damage: 'the stored file is gone', checkedAt: new Date('2023-10-31T00:00:00.123Z') };
      await app.history.em.fork().nativeUpdate(Backup, id, { ...old, ...gone });
      const report = await reportOf(id);
      expect(report.data).to.deep.include({
        state: 'damaged',
        findings: [],
        dump_size: null,
        dump_sha256: null,
        checked_at: '2023-10-31T00:00:00.123Z',
        damage: 'the stored file is gone',
        manifest: null,
      });
      expect(backupReport.isValidSync(report, { strict: true })).to.equal(true);
      await app.history.em.fork().nativeUpdate(Backup, id, { damage: null });
      expect((await reportOf(id)).data.state).to.equal('unverified');
    });

    it('answers 404 to an invalid id', async () => {
      for (const id of ['999999', '0', 'x', '4294967296'])
        expectError(await request(`${app.url}/${id}/manifest`), 404, 'BACKUP_NOT_FOUND');
    });
  });

  describe('refuses, and leaves nothing behind:', () => {
    let files: string[];
    let count: number;
    beforeEach(async () => {
      files = await app.storedFiles();
      count = await app.history.em.fork().count(Backup);
    });
    afterEach(async () => {
      expect(await app.storedFiles()).to.deep.equal(files);
      expect(await app.history.em.fork().count(Backup)).to.equal(count);
    });

    it('an invalid Repr-Digest, before the body', async () => {
      const zip = sampleZip();
      for (const field of ['x', 'sha-256', `sha-256=${zip.sha256}`, 'sha-256=:AAAA:', 'sha-512=:AAAA:']) {
        const answer = await upload(app.url, zip, { headers: { 'Repr-Digest': field } });
        expectError(answer, 400, 'MALFORMED_DIGEST', 'Repr-Digest');
      }
      const connection = await rawConnection(app.url);
      const headers = { Expect: '100-continue', 'Content-Length': '9999', 'Repr-Digest': 'x' };
      await connection.send(uploadHead('pt_xyz', '', headers).split('--xyz')[0]!);
      await connection.receive(/^HTTP\/1.1 400 .*"MALFORMED_DIGEST"/s);
      connection.socket.destroy();
    });

    it('a file that is not the one of the Repr-Digest, with both digests', async () => {
      const zip = sampleZip();
      const other = digestOf('0'.repeat(64));
      const answer = await upload(app.url, zip, { headers: { 'Repr-Digest': other } });
      expectError(answer, 422, 'DIGEST_MISMATCH', 'Repr-Digest');
      expect(answer.json.message).to.contain(other).and.contain(digestOf(zip.sha256));
    });

    it('a file that is not the one of the manifest, by its digest or size', async () => {
      const zip = sampleZip();
      const { zip: told } = sampleManifest(zip);
      for (const wrong of [
        { ...told, sha256: 'a'.repeat(64) },
        { ...told, size: told.size + 1 },
      ]) {
        const answer = await send(zip, { ...sampleManifest(zip), zip: wrong });
        expectError(answer, 422, 'DIGEST_MISMATCH', 'manifest');
        expect(answer.json.message).to.contain(wrong.sha256).and.contain(zip.sha256);
      }
    });

    it('a dump that is not the one of the manifest, by its digest or size', async () => {
      const zip = sampleZip();
      const { dump } = sampleManifest(zip);
      for (const wrong of [
        { ...dump, sha256: 'a'.repeat(64) },
        { ...dump, size: dump.size + 1 },
      ])
        expectError(await send(zip, { ...sampleManifest(zip), dump: wrong }), 422, 'MANIFEST_MISMATCH', 'manifest');
    });

    it('an invalid manifest, with what is wrong', async () => {
      const zip = sampleZip();
      const good = sampleManifest(zip);
      const wrong: Array<[string, unknown]> = [
        ['is no JSON', '{'],
        ['is no JSON', ''],
        ['is wrong', 'null'],
        ['is wrong', '[]'],
        ['manifest_version', { ...good, manifest_version: 3 }],
        ['dump.size', { ...good, dump: { ...good.dump, size: '18' } }],
        ['dump.ends_with_marker', { ...good, dump: { ...good.dump, ends_with_marker: false } }],
        ['zip.sha256', { ...good, zip: { ...good.zip, sha256: 'x' } }],
        ['inventory.tables[0]', { ...good, inventory: { ...good.inventory, tables: [table('a', -1)] } }],
        ['does not match its findings', { ...good, findings: [finding('BROKEN_VIEW', 'v')] }],
        ['lower severity', { ...good, findings: [{ ...finding('BROKEN_VIEW', 'v'), severity: 'warning' }] }],
        ['the file other.zip', { ...good, file_name: 'other.zip' }],
        ['the database pt_abc', { ...good, database: 'pt_abc' }],
      ];
      for (const [what, manifest] of wrong) {
        const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
        const answer = await upload(app.url, zip, { fields: { manifest: text } });
        expectError(answer, 422, 'INVALID_MANIFEST', 'manifest');
        expect(answer.json.message).to.contain(what);
        expect(answer.text.length).to.be.lessThan(2_000);
      }
    });

    it('two manifests, or one with a name of its own', async () => {
      const zip = sampleZip();
      const json = JSON.stringify(sampleManifest(zip));
      const form = new FormData();
      for (const part of [json, json]) form.append('manifest', part);
      form.append('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
      const answer = await request(`${app.url}/pt_xyz`, { method: 'POST', body: form });
      expectError(answer, 422, 'INVALID_MANIFEST', 'manifest');
    });

    it('a second manifest behind the file, with any content', async () => {
      const zip = sampleZip();
      for (const second of [JSON.stringify(sampleManifest(zip)), 'garbage']) {
        const form = new FormData();
        form.append('manifest', JSON.stringify(sampleManifest(zip)));
        form.append('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
        form.append('manifest', second);
        const answer = await request(`${app.url}/pt_xyz`, { method: 'POST', body: form });
        expectError(answer, 422, 'INVALID_MANIFEST', 'manifest');
      }
    });

    it('a wrong manifest as soon as the file begins, or when the form ends', async () => {
      const zip = sampleZip();
      const field = '--xyz\r\nContent-Disposition: form-data; name="manifest"\r\n\r\n{}\r\n';
      const early = await rawConnection(app.url);
      const head = uploadHead('pt_xyz', '', { 'Content-Length': '1900000' }).split('--xyz')[0];
      await early.send(`${head}${field}${partHead(zip.fileName)}PK`);
      await early.receive(/^HTTP\/1.1 422 .*"INVALID_MANIFEST"/s);
      early.socket.destroy();
      const body = Buffer.concat([
        Buffer.from(partHead(zip.fileName)),
        zip.bytes,
        Buffer.from(`\r\n${field.trimEnd()}${PART_END}`),
      ]);
      const late = await rawConnection(app.url);
      await late.send(uploadHead('pt_xyz', '', { 'Content-Length': String(body.length) }).split('--xyz')[0]!);
      await late.send(body);
      await late.receive(/^HTTP\/1.1 422 .*"INVALID_MANIFEST"/s);
      late.socket.destroy();
    });

    it('a manifest or another field that is too large', async () => {
      const zip = sampleZip();
      const manifest = JSON.stringify(sampleManifest(zip)).padEnd(MAX_MANIFEST_BYTES + 1);
      const large = await upload(app.url, zip, { fields: { manifest } });
      expectError(large, 400, 'MALFORMED_FORM');
      expect(large.json.message).to.contain('manifest').and.contain(String(MAX_MANIFEST_BYTES));
      const note = await upload(app.url, zip, { fields: { note: 'ä'.repeat(40_000) } });
      expectError(note, 400, 'MALFORMED_FORM');
      expect(note.json.message).to.contain('note').and.contain('65536');
    });

    it('a manifest that is nested too deeply to be stored', async () => {
      const zip = sampleZip();
      const deep = `${JSON.stringify(sampleManifest(zip)).slice(0, -1)},"x":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
      expectError(await upload(app.url, zip, { fields: { manifest: deep } }), 422, 'INVALID_MANIFEST', 'manifest');
    });
  });

  it('accepts the largest allowed manifest, and returns it', async function () {
    this.timeout(60_000);
    const zip = sampleZip({ database: 'large' });
    const tables = Array.from({ length: 120_000 }, (_, i) => table(`table with a name, no ${i}`, i));
    const manifest = sampleManifest(zip, { inventory: { tables } });
    const text = JSON.stringify(manifest);
    const fields = { manifest: text.padEnd(MAX_MANIFEST_BYTES), note: 'x'.repeat(65_536) };
    const answer = await upload(app.url, zip, { fields });
    expect(answer.status, answer.text).to.equal(201);
    expect(text.length).to.be.within(7_000_000, MAX_MANIFEST_BYTES);
    expect(JSON.stringify((await reportOf(answer.json.data.id)).data.manifest)).to.equal(text);
  });

  it('refuses a manifest that is too large for the history with its findings and escaped quotes', async function () {
    this.timeout(60_000);
    const message = '"'.repeat(16_300);
    const findings = Array.from({ length: 250 }, () => ({ code: 'BROKEN_VIEW', severity: 'incomplete', message }));
    const zip = sampleZip({ database: 'quotes' });
    const manifest = JSON.stringify({ ...sampleManifest(zip), state: 'incomplete', findings });
    expect(manifest.length).to.be.within(7_000_000, MAX_MANIFEST_BYTES);
    expectError(await upload(app.url, zip, { fields: { manifest } }), 422, 'INVALID_MANIFEST', 'manifest');
    expect((await request(`${app.url}/quotes`)).status).to.equal(404);
    const plain = { ...sampleManifest(zip), x: '"'.repeat(3_900_000) };
    expect((await upload(app.url, zip, { fields: { manifest: JSON.stringify(plain) } })).status).to.equal(201);
  });

  describe('compares with the last complete backup:', () => {
    const day = (n: number, database: string) =>
      sampleZip({ database, takenAt: `2023-10-${String(n).padStart(2, '0')}T00:00:00Z` });
    const sendOf = (zip: SampleZip, rows: number, wish: Parameters<typeof sampleManifest>[1] = {}) =>
      send(zip, sampleManifest(zip, { inventory: { tables: [table('barang', rows)] }, ...wish }));

    it('reports rows that were lost, and is still complete', async () => {
      await sendOf(day(1, 'fell'), 1000);
      const answer = await sendOf(day(2, 'fell'), 400);
      expect(answer.json.data.state).to.equal('complete');
      expect(codesOf(answer)).to.deep.equal(['SHRUNK']);
      expect(answer.json.data.findings[0].message).to.contain('(2023-10-01 00:00:00 UTC)').and.contain('1,000 -> 400');
    });

    it('reports an emptied database as incomplete, and goes on comparing with the last complete backup', async () => {
      await sendOf(day(1, 'emptied'), 1000);
      for (const n of [2, 3]) {
        const answer = await sendOf(day(n, 'emptied'), 0);
        expect(answer.json.data.state).to.equal('incomplete');
        expect(codesOf(answer)).to.deep.equal(['DATABASE_EMPTIED']);
        expect(answer.json.data.findings[0].message).to.contain('(2023-10-01');
      }
    });

    it('lists the findings of the client before those of the service', async () => {
      await sendOf(day(1, 'both'), 1000);
      const answer = await sendOf(day(2, 'both'), 400, { findings: [finding('DUMP_STDERR_WARNING', 'hm')] });
      expect(codesOf(answer)).to.deep.equal(['DUMP_STDERR_WARNING', 'SHRUNK']);
    });

    it('uses a backup that was complete when it was received, although its file is lost', async () => {
      const lost = await sendOf(day(1, 'lost'), 1000);
      await app.history.em.fork().nativeUpdate(Backup, lost.json.data.id, { damage: 'gone' });
      expect(codesOf(await sendOf(day(2, 'lost'), 0))).to.deep.equal(['DATABASE_EMPTIED']);
    });

    it('uses a backup that leaves out the same on purpose, not one without its rows', async () => {
      const bare = { findings: [finding('PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --no-data')] };
      await sendOf(day(1, 'bare'), 1000);
      expect((await sendOf(day(2, 'bare'), 0, bare)).json.data.state).to.equal('complete');
      expect((await sendOf(day(3, 'bare'), 0, bare)).json.data.state).to.equal('complete');
      const emptied = await sendOf(day(4, 'bare'), 0);
      expect(codesOf(emptied)).to.deep.equal(['DATABASE_EMPTIED']);
      expect(emptied.json.data.findings[0].message).to.contain('(2023-10-01');
    });

    it('does not report rows where the user may not see the tables', async () => {
      await sendOf(day(1, 'blind'), 1000);
      const blind = finding('TABLES_NOT_GRANTED', 'x');
      const zip = day(3, 'blind');
      const seen = await send(zip, sampleManifest(zip, { inventory: {}, findings: [blind] }));
      expect(codesOf(seen)).to.deep.equal(['TABLES_NOT_GRANTED']);
    });

    it('skips backups that are incomplete, unverified, newer, or of another database', async () => {
      const database = 'picky';
      await sendOf(day(1, database), 500);
      await sendOf(day(2, database), 9000, { findings: [finding('RIGHTS_UNKNOWN', 'x')] });
      await upload(app.url, day(3, database));
      await sendOf(day(8, database), 9000);
      await sendOf(day(5, 'picky2'), 9000);
      expect(codesOf(await sendOf(day(6, database), 400))).to.deep.equal([]);
      expect(codesOf(await sendOf(day(9, database), 400))).to.deep.equal(['SHRUNK']);
    });

    it('uses the one that was received last, of two of the same second', async () => {
      await sendOf(day(1, 'second'), 9000);
      await sendOf(day(1, 'second'), 500, { shrinkLimitPercent: 100 });
      const { json } = await sendOf(day(1, 'second'), 200);
      expect(json.data.findings[0].message).to.contain('500 -> 200');
    });
  });
});

describeOnAnyStore('the receipt of an upload with VERIFY_UPLOADS=off', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store, { verifyUploads: false });
  });
  after(() => app[Symbol.asyncDispose]());

  it('says that the content was not checked', async () => {
    const [bare, vouched] = [sampleZip({ content: 'cut off' }), sampleZip({ content: 'cut off' })];
    const answers = [
      await upload(app.url, bare),
      await upload(app.url, vouched, { manifest: sampleManifest(vouched) }),
    ];
    expect(answers.map(codesOf)).to.deep.equal([['NO_MANIFEST', 'NOT_VERIFIED'], ['NOT_VERIFIED']]);
    for (const { json } of answers)
      expect(json.data).to.include({ state: 'unverified', dump_size: null, dump_sha256: null });
    expect(uploadReceipt.isValidSync(answers[0]!.json, { strict: true })).to.equal(true);
  });

  it('does not decompress the zip, but still checks structure, names, digests and sizes', async () => {
    const zip = sampleZip({ content: 'INSERT '.repeat(500) });
    const rotten = { ...zip, bytes: Buffer.from(zip.bytes) };
    rotten.bytes[Buffer.byteLength(zip.fileName) + 40]! ^= 0xff;
    expect((await upload(app.url, rotten)).status).to.equal(201);
    const files = await app.storedFiles();
    expectError(await upload(app.url, sampleZip({ entryName: 'other.sql' })), 422, 'INVALID_ZIP', 'file');
    const headers = { 'Repr-Digest': digestOf('0'.repeat(64)) };
    expectError(await upload(app.url, sampleZip(), { headers }), 422, 'DIGEST_MISMATCH');
    const other = sampleZip();
    const manifest: Manifest = { ...sampleManifest(other), dump: { ...sampleManifest(other).dump, size: 17 } };
    expectError(await upload(app.url, other, { manifest }), 422, 'MANIFEST_MISMATCH');
    expect(await app.storedFiles()).to.deep.equal(files);
  });
});
