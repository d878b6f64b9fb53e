import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import multer from 'multer';
import { portOf } from '../../testing/free-port.ts';
import { openFileCount } from '../../testing/machine/open-files.ts';
import { type FileForm, fileForm } from './multipart.ts';
import { sendBody } from './send-body.ts';

interface Received {
  fieldname: string;
  originalname: string;
  mimetype: string;
  buffer: Buffer;
}

const never = new AbortController().signal;

describe('multipart', () => {
  let folder: string;
  let server: Server;
  let received: Received[] = [];
  let headers: IncomingMessage['headers'] = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-multipart-'));
    const parse = multer({ defParamCharset: 'utf8', preservePath: true } as multer.Options).any();
    server = createServer((request, response) => {
      headers = request.headers;
      parse(request as never, response as never, (error: unknown) => {
        received = (request as unknown as { files: Received[] }).files;
        response.end(error ? String(error) : 'ok');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const formOf = async (content: Buffer, fileName = 'a.sql.zip'): Promise<FileForm> => {
    const path = join(folder, 'file');
    await writeFile(path, content);
    return fileForm(path, { fileName, size: content.length });
  };
  /** Copies each piece: all lie in the same memory. */
  const bytesOf = async (form: FileForm): Promise<Buffer> => {
    const copies: Buffer[] = [];
    for await (const piece of form.pieces()) copies.push(Buffer.from(piece));
    return Buffer.concat(copies);
  };
  const post = async (form: FileForm): Promise<Received> => {
    const port = portOf(server);
    const request = new Request(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'content-type': form.contentType },
    });
    const answer = await sendBody(request, { length: form.contentLength, pieces: form.pieces() }, never);
    expect(await answer.text()).to.equal('ok');
    expect(received).to.have.length(1);
    return received[0]!;
  };

  it('is read back by multer, byte for byte, at all sizes', async () => {
    for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000]) {
      const content = randomBytes(size);
      const file = await post(await formOf(content));
      expect(file.buffer.equals(content), `${size}`).to.equal(true);
      expect(file).to.include({ fieldname: 'file', originalname: 'a.sql.zip', mimetype: 'application/zip' });
    }
  });

  it('tells its exact length, which is sent as Content-Length', async () => {
    const form = await formOf(randomBytes(2_000_000));
    expect((await bytesOf(form)).length).to.equal(form.contentLength);
    await post(form);
    expect(headers['content-length']).to.equal(String(form.contentLength));
    expect(headers['transfer-encoding']).to.equal(undefined);
  });

  it('keeps every name that a backup can have', async () => {
    const names = [
      'with space',
      '"quoted"',
      "o'clock",
      '🐱 emoji',
      'データ',
      'é',
      '%',
      'a;b',
      'a=b',
      '=?utf-8?q?x?=',
      '""',
      '; filename="x',
      '`',
      '&',
    ];
    for (const name of names)
      expect((await post(await formOf(Buffer.from('x'), `mysql-${name}-1.sql.zip`))).originalname).to.equal(
        `mysql-${name}-1.sql.zip`,
      );
  });

  it('is not confused by what looks like a boundary in the file', async () => {
    const content = Buffer.from(
      '\r\n--lumbung-\r\n--\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nx\r\n--',
    );
    expect((await post(await formOf(content))).buffer.equals(content)).to.equal(true);
  });

  it('can be sent twice, the same each time, also at once', async () => {
    const form = await formOf(randomBytes(2_500_000));
    const digests = (await Promise.all([bytesOf(form), bytesOf(form)])).map(bytes =>
      createHash('sha256').update(bytes).digest('hex'),
    );
    digests.push(
      createHash('sha256')
        .update(await bytesOf(form))
        .digest('hex'),
    );
    expect(new Set(digests).size).to.equal(1);
  });

  it('has another boundary each time', async () =>
    expect((await formOf(Buffer.alloc(1))).contentType).not.to.equal((await formOf(Buffer.alloc(1))).contentType));

  it('tells how much of the file has gone, up to its size', async () => {
    const form = await formOf(randomBytes(2_500_000));
    const told: number[] = [];
    for await (const _ of form.pieces(sent => told.push(sent)));
    expect(told).to.deep.equal([1 << 20, 2 << 20, 2_500_000]);
    expect(form.fileSize).to.equal(2_500_000);
  });

  it('reads nothing before it is asked for, and no more than that', async () => {
    const before = await openFileCount();
    const form = await formOf(randomBytes(5 << 20));
    let sent = 0;
    const pieces = form.pieces(bytes => {
      sent = bytes;
    });
    await sleep(50);
    expect(await openFileCount()).to.equal(before);
    await pieces.next(); // the part's head
    await pieces.next();
    await pieces.next();
    await sleep(50);
    expect(sent).to.equal(1 << 20);
    await pieces.return(undefined);
  });

  it('closes the file at the end, and when the sending breaks off', async () => {
    const before = await openFileCount();
    const form = await formOf(randomBytes(3 << 20));
    await bytesOf(form);
    for (const pieces of [0, 1, 2, 3]) {
      const reading = form.pieces();
      for (let read = 0; read < pieces; read++) await reading.next();
      await reading.return(undefined);
    }
    expect(await openFileCount()).to.equal(before);
  });

  it('fails when the file is gone', async () => {
    const form = fileForm(join(folder, 'nowhere'), { fileName: 'a', size: 5 });
    expect(await bytesOf(form).catch(error => error.code)).to.equal('ENOENT');
  });

  it('fails when the file has a different size than it had, and sends no more than it has told', async () => {
    await formOf(randomBytes(1 << 21));
    const path = join(folder, 'file');
    for (const [size, message] of [
      [(1 << 21) + 1, /it has 2,097,152 of the 2,097,153 bytes/],
      [(1 << 21) - 1, /has grown: it had 2,097,151 bytes/],
    ] as const) {
      const form = fileForm(path, { fileName: 'a', size });
      let length = 0;
      const reading = (async () => {
        for await (const piece of form.pieces()) length += piece.length;
      })();
      expect(await reading.catch(error => error.message)).to.match(message);
      expect(length).to.be.below(form.contentLength);
    }
  });
});
