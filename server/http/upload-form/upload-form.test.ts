import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { MAX_MANIFEST_BYTES } from '../../../protocol/manifest.ts';
import {
  PART_END,
  partHead,
  type RawConnection,
  rawConnection,
  uploadHead,
} from '../../../testing/service/raw-http.ts';
import { type Answer, expectError, request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { until } from '../../../testing/until.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { tagOrigin } from '../../errors/error-origin.ts';
import type { Storage } from '../../storage/storage.ts';
import { FormBudget } from './form-budget.ts';

const run = promisify(execFile);
const [SQLITE] = historyStores;
const MIB = 1024 * 1024;

describe('the form of an upload', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(SQLITE!);
  });
  after(() => app[Symbol.asyncDispose]());

  /** @param parts each with its header, and without the boundary before it */
  function post(
    parts: readonly (string | Buffer)[],
    { type = 'multipart/form-data; boundary=xyz', line = '\r\n' } = {},
  ) {
    const pieces = parts.flatMap(part => [`--xyz${line}`, part, '\r\n']);
    const body = Buffer.concat([...pieces, `--xyz--${line}`].map(piece => Buffer.from(piece as string)));
    return request(`${app.url}/pt_xyz`, { method: 'POST', body, headers: { 'content-type': type } });
  }

  const fileOf = ({ fileName, bytes }: SampleZip) =>
    Buffer.concat([Buffer.from(`Content-Disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`), bytes]);
  const field = (name: string, value: string, ...more: string[]) =>
    [`Content-Disposition: form-data; name="${name}"`, ...more, '', value].join('\r\n');
  const findingsOf = ({ json, text }: Answer): string[] => {
    expect(json?.data, text).to.be.an('object');
    return json.data.findings.map(({ code }: { code: string }) => code);
  };

  it('is refused when a text is in an unknown character set', async () => {
    for (const charset of ['utf-32', 'shift_jis', 'x-nonsense', 'constructor', '__proto__']) {
      const note = field('note', 'x', `Content-Type: text/plain; charset=${charset}`);
      for (const parts of [
        [note, fileOf(sampleZip())],
        [fileOf(sampleZip()), note],
      ]) {
        const answer = await post(parts);
        expectError(answer, 400, 'MALFORMED_FORM');
        expect(answer.json.message).to.contain('field note').and.contain('UTF-8');
      }
    }
  });

  it('may have a Content-Type in any case, with spaces and empty parameters', async () => {
    for (const type of [
      'Multipart/Form-Data; boundary=xyz',
      'multipart/form-data ; boundary=xyz',
      'multipart/form-data;boundary=xyz;',
      'multipart/form-data; ; BOUNDARY="xyz" ; charset=utf-8',
      'multipart/form-data; boundary="x\\yz"',
    ])
      expect((await post([fileOf(sampleZip())], { type })).status, type).to.equal(201);
  });

  it('must have a boundary, and be a form', async () => {
    const part = fileOf(sampleZip());
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""'])
      expectError(await post([part], { type }), 400, 'MALFORMED_FORM');
    for (const type of ['multipart/form-dat; boundary=xyz', 'multipart /form-data; boundary=xyz', 'nonsense'])
      expectError(await post([part], { type }), 415, 'NOT_MULTIPART');
  });

  it('may have spaces after a boundary: no part is lost', async () => {
    const zip = sampleZip();
    const parts = [field('manifest', JSON.stringify(sampleManifest(zip))), fileOf(zip)];
    const answer = await post(parts, { line: ' \t\r\n' });
    expect(answer.status, answer.text).to.equal(201);
    expect(findingsOf(answer)).to.not.include('NO_MANIFEST');
  });

  it('may have an input for files that was left empty, before the file or behind it', async () => {
    const empty =
      'Content-Disposition: form-data; name="more"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n';
    expect((await post([fileOf(sampleZip()), empty])).status).to.equal(201);
    expect((await post([empty, fileOf(sampleZip())])).status).to.equal(201);
    expectError(await post([empty, empty]), 422, 'FILE_MISSING', 'file');
    expectError(await post([fileOf(sampleZip()), fileOf(sampleZip())]), 422, 'TOO_MANY_FILES', 'file');
  });

  it('may have a Content-Type for a text field', async () => {
    for (const type of ['application/json', 'text/plain; charset=utf-8', 'application/octet-stream']) {
      const zip = sampleZip();
      const manifest = field('manifest', JSON.stringify(sampleManifest(zip)), `Content-Type: ${type}`);
      const answer = await post([manifest, fileOf(zip), field('db_name', 'pt_xyz', `Content-Type: ${type}`)]);
      expect(findingsOf(answer), type).to.not.include('NO_MANIFEST');
    }
    const wrong = field('db_name', 'pt_abc', 'Content-Type: application/octet-stream');
    expectError(await post([fileOf(sampleZip()), wrong]), 422, 'VALIDATION_FAILED', 'db_name');
  });

  it('may have the manifest as a file, as curl -F manifest=@FILE sends it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-form-'));
    try {
      const zip = sampleZip();
      await writeFile(join(folder, zip.fileName), zip.bytes);
      await writeFile(join(folder, 'm.json'), JSON.stringify(sampleManifest(zip)));
      const forms = ['-F', `manifest=@${folder}/m.json`, '-F', `file=@${folder}/${zip.fileName}`];
      const { stdout } = await run('curl', ['-sS', ...forms, `${app.url}/pt_xyz`]);
      expect(JSON.parse(stdout).data.findings).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('may have each field once', async () => {
    const zip = sampleZip();
    const manifest = field('manifest', JSON.stringify(sampleManifest(zip)));
    expectError(await post([manifest, manifest, fileOf(zip)]), 422, 'INVALID_MANIFEST', 'manifest');
    expectError(await post([manifest, fileOf(zip), manifest]), 422, 'INVALID_MANIFEST', 'manifest');
    const name = field('db_name', 'pt_xyz');
    expectError(await post([name, fileOf(zip), name]), 422, 'VALIDATION_FAILED', 'db_name');
    const other = field('other', 'x');
    expect((await post([other, other, fileOf(zip)])).status).to.equal(201);
  });

  it('may have no long field except the manifest', async () => {
    const long = 'x'.repeat(100_000);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'other', 'db_name'])
      expectError(await post([field(name, long), fileOf(sampleZip())]), 400, 'MALFORMED_FORM');
    const empty = 'Content-Disposition: form-data; name="more"; filename=""\r\n\r\n';
    expectError(
      await post([fileOf(sampleZip()), field('manifest', '{}'), empty + 'x'.repeat(300_000)]),
      400,
      'MALFORMED_FORM',
    );
    expect((await post([field('__proto__', 'x'), field('a[b][c]', 'x'), fileOf(sampleZip())])).status).to.equal(201);
  });

  it('is refused for a database name that only looks like the one in the path, and the answer shows the difference', async () => {
    const zip = sampleZip({ database: 'shöp'.normalize('NFD') });
    const answer = await upload(app.url, { ...zip, database: 'shöp'.normalize('NFC') });
    expectError(answer, 422, 'INVALID_FILE_NAME', 'file');
    expect(answer.json.message).to.contain('names the database sho\\u{308}p, but was sent to sh\\u{f6}p');
    const own = sampleZip({ database: 'shöp'.normalize('NFC') });
    const manifest = sampleManifest({ ...own, fileName: own.fileName.normalize('NFD') });
    const other = await upload(app.url, own, { manifest });
    expectError(other, 422, 'INVALID_MANIFEST', 'manifest');
    expect(other.json.message).to.contain('-sho\\u{308}p-').and.contain('-sh\\u{f6}p-');
  });

  it('may not go on for ever after its end', async () => {
    const zip = sampleZip();
    const connection = await rawConnection(app.url);
    const body = [Buffer.from(partHead(zip.fileName)), zip.bytes, Buffer.from(PART_END)];
    const whole = Buffer.concat([...body, Buffer.alloc(MAX_MANIFEST_BYTES + 2 * MIB, 'x')]);
    await connection.send(uploadHead('pt_xyz', '', { 'Content-Length': '999999999' }).split('--xyz')[0]!);
    await connection.send(whole);
    await connection.receive(/^HTTP\/1\.1 400 .*"MALFORMED_FORM"/s);
    connection.socket.destroy();
  });

  it('is answered with the error of a storage that stops reading the file, and not with the end of the file', async () => {
    const full = tagOrigin(Object.assign(new Error('full'), { code: 'ENOSPC' }), 'storage');
    const receive: Storage['receive'] = async (_address, content) => {
      try {
        for await (const _chunk of content) throw full;
      } finally {
        await sleep(50); // as it takes to clean up
      }
      throw new Error('the file is empty');
    };
    await using other = await runApp(SQLITE!, { storage: { ...app.storage, receive } });
    for (const bytes of [100, 4 * MIB])
      expectError(await upload(other.url, sampleZip({ content: randomBytes(bytes) })), 507, 'STORAGE_FULL');
  });

  describe('shares a budget with all others', () => {
    /** Sends the beginning of a form with a long field, and stays silent. */
    async function silentForm(url: string, bytes: number): Promise<RawConnection> {
      const connection = await rawConnection(url);
      const head = uploadHead('pt_xyz', '', { 'Content-Length': '99999999' }).split('--xyz')[0]!;
      await connection.send(`${head}--xyz\r\n${field('manifest', 'x'.repeat(bytes))}`);
      return connection;
    }

    it('and is answered with 503 while the others are active', async () => {
      const formBudget = new FormBudget({ totalBytes: 5 * MIB, silentMs: 60_000 });
      await using full = await runApp(SQLITE!, { formBudget });
      const hogs = [await silentForm(full.url, 2 * MIB), await silentForm(full.url, 2 * MIB - 200_000)];
      await until('the forms', () => formBudget.used > 4.7 * MIB);
      const refused = await upload(full.url, sampleZip());
      expectError(refused, 503, 'TOO_MANY_UPLOADS');
      expect(refused.headers.get('retry-after')).to.match(/^\d+$/);
      for (const { socket } of hogs) socket.destroy();
      await until('room', () => formBudget.used === 0);
      expect((await upload(full.url, sampleZip())).status).to.equal(201);
      expect(formBudget.used).to.equal(0);
    });

    it('in which the longest silent upload is ended first', async () => {
      const formBudget = new FormBudget({ totalBytes: 5 * MIB, silentMs: 0 });
      await using full = await runApp(SQLITE!, { formBudget });
      const first = await silentForm(full.url, 2 * MIB);
      await until('the first', () => formBudget.used > 2.4 * MIB);
      const second = await silentForm(full.url, 2 * MIB - 200_000);
      await until('the second', () => formBudget.used > 4.7 * MIB);
      expect((await upload(full.url, sampleZip())).status).to.equal(201);
      await first.receive(/^HTTP\/1\.1 408 .*"UPLOAD_TIMEOUT"/s);
      expect(second.received()).to.equal('');
      for (const { socket } of [first, second]) socket.destroy();
      await until('room', () => formBudget.used === 0);
    });

    it('in which a very slow upload counts as silent', async () => {
      const formBudget = new FormBudget({ totalBytes: 2.5 * MIB, silentMs: 300 });
      await using full = await runApp(SQLITE!, { formBudget });
      const slow = await silentForm(full.url, 1.8 * MIB);
      await until('the first', () => formBudget.used > 2.2 * MIB);
      const drip = setInterval(() => slow.socket.write('x'.repeat(20)), 30);
      await sleep(600);
      expect((await upload(full.url, sampleZip())).status).to.equal(201);
      clearInterval(drip);
      await slow.receive(/^HTTP\/1\.1 408 .*"UPLOAD_TIMEOUT"/s);
      slow.socket.destroy();
    });

    it('in which a complete upload is never ended, also with a slow disk', async () => {
      const formBudget = new FormBudget({ totalBytes: 0.7 * MIB, silentMs: 0 });
      const { promise: isOn, resolve: goOn } = Promise.withResolvers<void>();
      const receive: Storage['receive'] = async (address, content) => {
        const received = await app.storage.receive(address, content);
        if (address.database === 'whole') await isOn;
        return received;
      };
      await using slow = await runApp(SQLITE!, { formBudget, storage: { ...app.storage, receive } });
      const zip = sampleZip({ database: 'whole' });
      const first = upload(slow.url, zip);
      await until('its bytes', async () => (await app.storedFiles()).some(file => /^whole.*\.part$/.test(file)));
      await sleep(200);
      const second = await upload(slow.url, sampleZip());
      goOn();
      expectError(second, 503, 'TOO_MANY_UPLOADS');
      expect((await first).status).to.equal(201);
    });

    it('that is released at each end of a form', async () => {
      const formBudget = new FormBudget();
      await using other = await runApp(SQLITE!, { formBudget });
      const zip = sampleZip();
      const manifest = sampleManifest(zip);
      expect((await upload(other.url, zip, { manifest })).status).to.equal(201);
      expect((await upload(other.url, zip, { manifest })).status).to.equal(200);
      expect((await upload(other.url, sampleZip(), { manifest })).status).to.equal(422);
      expect((await upload(other.url, sampleZip(), { fields: { other: 'x'.repeat(100_000) } })).status).to.equal(400);
      expect((await upload(other.url, { ...sampleZip(), fileName: 'x.zip' })).status).to.equal(422);
      await until('room', () => formBudget.used === 0);
    });

    it('that has room for all uploads that a run of sade sends at once, with the longest manifests', async () => {
      const manifest = field('manifest', `"${'x'.repeat(4 * MIB - 2)}"`);
      const answers = await Promise.all(Array.from({ length: 8 }, () => post([manifest, fileOf(sampleZip())])));
      for (const answer of answers) expectError(answer, 422, 'INVALID_MANIFEST');
    });
  });
});
