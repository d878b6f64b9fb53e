import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  PART_END,
  partHead,
  type RawConnection,
  rawConnection,
  uploadHead,
} from '../../../testing/service/raw-http.ts';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { folderStorage } from '../../storage/folder/folder-storage.ts';
import type { Storage } from '../../storage/storage.ts';

const run = promisify(execFile);
const MIB = Buffer.alloc(1024 * 1024, 'x');
const WRONG_NAME = sampleZip({ database: 'pt_abc' }).fileName;

describeOnAnyStore('an upload that is refused or cut off', store => {
  let app: RunningApp;
  before(async () => {
    const uploads = { maxFileBytes: 2_000_000, idleMs: 300 };
    app = await runApp(store, { uploads, lingerLimits: { silenceMs: 150, totalMs: 1_000 } });
  });
  after(() => app[Symbol.asyncDispose]());

  afterEach(async () => {
    await nothingLeft(app);
  });

  /** Keeps sending until the other side takes nothing more, as a client that does not look up would. */
  async function sendStubbornly(connection: RawConnection, mebibytes: number): Promise<void> {
    for (let i = 0; i < mebibytes; i++) if (!(await connection.send(MIB))) return;
  }

  describe('is answered with the reason while the client is still sending', () => {
    it('over a plain socket, with or without a length', async () => {
      for (const headers of [{ 'Content-Length': '1999999' }, { 'Transfer-Encoding': 'chunked' }]) {
        const connection = await rawConnection(app.url);
        await connection.send(
          uploadHead('pt_xyz', WRONG_NAME, headers).replace(
            '--xyz',
            'Transfer-Encoding' in headers ? '100000\r\n--xyz' : '--xyz',
          ),
        );
        await connection.send('PK and so on');
        await connection.receive(/HTTP\/1.1 422 .*"INVALID_FILE_NAME"/s);
        expect(connection.received()).to.match(/^Connection: close\r$/m);
        connection.socket.destroy();
      }
    });

    it('to a client that sends all before it reads', async () => {
      const connection = await rawConnection(app.url);
      await connection.send(uploadHead('pt_xyz', WRONG_NAME, { 'Content-Length': '1900000' }));
      await sendStubbornly(connection, 1);
      expect(await connection.ended()).to.match(/^HTTP\/1.1 422 .*"INVALID_FILE_NAME"/s);
    });

    it('to curl and to fetch with a big body', async function () {
      this.timeout(60_000);
      const big = await runApp(store, { lingerLimits: { silenceMs: 300, totalMs: 1_000 } });
      const folder = await mkdtemp(join(tmpdir(), 'lumbung-big-'));
      try {
        const file = join(folder, WRONG_NAME);
        await writeFile(file, '');
        await truncate(file, 300 * 1024 * 1024);
        for (const expectHeader of ['Expect:', 'Expect: 100-continue', 'X: y']) {
          const args = ['-sS', '-F', `file=@${file}`, '-H', expectHeader, `${big.url}/pt_xyz`];
          expect(JSON.parse((await run('curl', args)).stdout).code).to.equal('INVALID_FILE_NAME');
        }
        const body = new FormData();
        body.append('file', await (await import('node:fs')).openAsBlob(file), WRONG_NAME);
        expectError(await request(`${big.url}/pt_xyz`, { method: 'POST', body }), 422, 'INVALID_FILE_NAME');
        const nowhere = await run('curl', ['-sS', '-F', `file=@${file}`, '-H', 'Expect:', `${big.url}/pt_xyz/nowhere`]);
        expect(JSON.parse(nowhere.stdout).code).to.equal('ROUTE_NOT_FOUND');
      } finally {
        await rm(folder, { recursive: true });
        await big[Symbol.asyncDispose]();
      }
    });

    it('and reads on only for a while', async () => {
      await using patient = await runApp(store, { lingerLimits: { silenceMs: 10_000, totalMs: 700 } });
      const connection = await rawConnection(patient.url);
      await connection.send(uploadHead('pt_xyz', WRONG_NAME, { 'Content-Length': '1900000' }));
      await connection.send('PK and so on');
      await connection.receive(/INVALID_FILE_NAME/);
      const start = Date.now();
      const drip = setInterval(() => connection.socket.write('x'), 20);
      await connection.ended();
      clearInterval(drip);
      expect(Date.now() - start).to.be.within(400, 5_000);
    });
  });

  describe('for its size:', () => {
    it('accepts the largest allowed file, and not one byte more', async () => {
      const small = sampleZip();
      const bytes = small.bytes.length;
      const limited = await runApp(store, { uploads: { maxFileBytes: bytes, idleMs: 1_000 } });
      try {
        expect((await upload(limited.url, small)).status).to.equal(201);
        const larger = { ...sampleZip(), bytes: Buffer.alloc(bytes + 1) };
        expectError(await upload(limited.url, larger), 413, 'FILE_TOO_LARGE');
        expect(await limited.storedZips()).to.have.length(1);
      } finally {
        await limited[Symbol.asyncDispose]();
      }
    });

    it('answers 413 at once when Content-Length is too large', async () => {
      const connection = await rawConnection(app.url);
      await connection.send(uploadHead('pt_xyz', sampleZip().fileName, { 'Content-Length': '99999999999' }));
      await connection.receive(/HTTP\/1.1 413 .*"FILE_TOO_LARGE"/s);
      connection.socket.destroy();
    });

    it('answers 413 as soon as a body without Content-Length is too large', async () => {
      await using patient = await runApp(store, { uploads: { maxFileBytes: 2_000_000, idleMs: 20_000 } });
      const connection = await rawConnection(patient.url);
      const head = uploadHead('pt_xyz', sampleZip().fileName, { 'Transfer-Encoding': 'chunked' });
      await connection.send(head.replace('--xyz', '10000000\r\n--xyz'));
      await sendStubbornly(connection, 4);
      await connection.receive(/HTTP\/1.1 413 .*"FILE_TOO_LARGE"/s);
      connection.socket.destroy();
    });
  });

  it('answers 400 and 422 at once to a wrong form, before the rest of it arrives', async () => {
    const file = partHead(sampleZip().fileName);
    const field = (name: string, value: string) =>
      `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const forms = {
      MALFORMED_FORM: [
        `${field('a', 'x'.repeat(70_000))}--xyz\r\n`,
        field('a', 'x').repeat(12),
        '--xyz\r\nno header\r\n\r\n',
      ],
      TOO_MANY_FILES: [`${file}PK\r\n${file}PK`],
      VALIDATION_FAILED: [`${field('db_name', 'pt_abc')}${file}PK`],
    };
    for (const [code, starts] of Object.entries(forms))
      for (const start of starts) {
        const connection = await rawConnection(app.url);
        const head = uploadHead('pt_xyz', '', { 'Content-Length': '1900000' }).split('--xyz')[0];
        await connection.send(`${head}${start}${'x'.repeat(100)}`);
        await connection.receive(new RegExp(`^HTTP/1.1 4.*"${code}"`, 's'));
        connection.socket.destroy();
      }
  });

  it('answers 411 without a body, and 415 and 422 before 100 Continue', async () => {
    const bare = await rawConnection(app.url);
    await bare.send(
      'POST /pt_xyz HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n',
    );
    await bare.receive(/HTTP\/1.1 411 .*"LENGTH_REQUIRED"/s);
    bare.socket.destroy();
    const polite = await rawConnection(app.url);
    await polite.send(
      'POST /a%2Fb HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n',
    );
    await polite.receive(/^HTTP\/1.1 422 /);
    polite.socket.destroy();
  });

  it('sends 100 Continue to a client that asks for it', async () => {
    const zip = sampleZip();
    const body = Buffer.concat([Buffer.from(partHead(zip.fileName)), zip.bytes, Buffer.from(PART_END)]);
    const connection = await rawConnection(app.url);
    await connection.send(
      `POST /pt_xyz HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ${body.length}\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\r\n`,
    );
    await connection.receive(/^HTTP\/1.1 100 /);
    await connection.send(body);
    expect(await connection.ended()).to.contain('HTTP/1.1 201 ');
  });

  it('accepts a chunked body', async () => {
    const zip = sampleZip();
    const body = Buffer.concat([Buffer.from(partHead(zip.fileName)), zip.bytes, Buffer.from(PART_END)]);
    const stream = new ReadableStream({
      pull(controller) {
        for (let i = 0; i < body.length; i += 7) controller.enqueue(body.subarray(i, i + 7));
        controller.close();
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=xyz' };
    const init = { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit;
    expect((await request(`${app.url}/pt_xyz`, init)).status).to.equal(201);
  });

  it('answers 408 to a client that stops sending, at any place', async () => {
    const zip = sampleZip();
    const head = uploadHead('pt_xyz', zip.fileName, { 'Content-Length': '5000' });
    const parts = [head.slice(0, head.indexOf('--xyz')), head.slice(0, -10), head, head + zip.bytes.toString('latin1')];
    for (const part of parts) {
      const connection = await rawConnection(app.url);
      await connection.send(Buffer.from(part, 'latin1'));
      expect(await connection.ended()).to.match(/^HTTP\/1.1 408 .*"UPLOAD_TIMEOUT"/s);
      await nothingLeft(app);
    }
  });

  it('accepts an upload from a slow client that keeps sending', async () => {
    // Longer in all than it may be silent; a pause on a busy machine may take four times as long as it should.
    await using slow = await runApp(store, { uploads: { maxFileBytes: 2_000_000, idleMs: 1_600 } });
    const zip = sampleZip();
    const body = Buffer.concat([Buffer.from(partHead(zip.fileName)), zip.bytes, Buffer.from(PART_END)]);
    const connection = await rawConnection(slow.url);
    await connection.send(
      uploadHead('pt_xyz', '', { 'Content-Length': String(body.length), Connection: 'close' }).split('--xyz')[0]!,
    );
    for (let i = 0; i < 6; i++) {
      await connection.send(body.subarray((i * body.length) / 6, ((i + 1) * body.length) / 6));
      await new Promise(resolve => setTimeout(resolve, 400));
    }
    expect(await connection.ended()).to.contain('HTTP/1.1 201 ');
  });

  it('does not time out a client when the service itself is slow', async () => {
    const folder = folderStorage({ folder: join(app.storageDir, 'slow') });
    async function* slowly(content: AsyncIterable<Uint8Array>) {
      let pauses = 2;
      for await (const chunk of content) {
        if (pauses-- > 0) await new Promise(resolve => setTimeout(resolve, 700));
        yield chunk;
      }
    }
    const storage: Storage = { ...folder, receive: (address, content) => folder.receive(address, slowly(content)) };
    const slow = await runApp(store, { storage, uploads: { maxFileBytes: undefined, idleMs: 300 } });
    try {
      const zip = sampleZip({ content: randomBytes(6_000_000) });
      expect((await upload(slow.url, zip)).status).to.equal(201);
    } finally {
      await slow[Symbol.asyncDispose]();
      await rm(join(app.storageDir, 'slow'), { recursive: true });
    }
  });

  it('leaves nothing of an upload that the client aborts, at any place', async () => {
    const zip = sampleZip({ content: Buffer.alloc(20_000, 'x') });
    const whole = Buffer.concat([
      Buffer.from(uploadHead('aborted', zip.fileName, { 'Content-Length': '3000' })),
      zip.bytes,
      Buffer.from(PART_END),
    ]);
    for (const share of [0.2, 0.5, 0.6, 0.9, 1]) {
      const connection = await rawConnection(app.url);
      await connection.send(whole.subarray(0, Math.floor(whole.length * share)));
      await new Promise(resolve => setTimeout(resolve, 30));
      if (share > 0.5) connection.socket.resetAndDestroy();
      else connection.socket.destroy();
      await nothingLeft(app);
    }
    expect((await request(`${app.url}/aborted`)).status).to.equal(404);
  });
});

/** Waits a moment: a connection's end is noticed a little later. */
async function nothingLeft(app: RunningApp): Promise<void> {
  const deadline = Date.now() + 2_000;
  const leftovers = async () => (await app.storedFiles()).filter(file => file.endsWith('.part'));
  while ((await leftovers()).length > 0 && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 20));
  expect(await leftovers()).to.deep.equal([]);
  const [files, zips] = [await app.storedFiles(), await app.storedZips()];
  expect(await app.history.em.fork().count(Backup)).to.equal(zips.length);
  expect(files).to.have.members(zips.flatMap(zip => [zip, `${zip}.json`]));
}
