import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { portOf } from '../free-port.ts';

/** What is sent for a request: all of it at once, or chunk by chunk as long as the peer takes them. */
export type Answer = string | Buffer | Iterable<string | Buffer> | AsyncIterable<string | Buffer>;

/**
 * A service that answers as it likes: each request gets what `answer` makes of its first line, byte by byte.
 * Nothing is sent faster than the peer reads, nor any more once it has gone away.
 */
export async function startHostileService(answer: (requestLine: string) => Answer) {
  const open = new Set<Socket>();
  const requests: string[] = [];
  let sent = 0;
  const server = createServer(socket => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
    let head = '';
    socket.on('data', (piece: Buffer) => {
      if (head.includes('\r\n\r\n')) return; // the body of a request
      head += piece.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      const line = head.slice(0, head.indexOf('\r\n'));
      requests.push(line);
      void send(socket, answer(line));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function send(socket: Socket, answer: Answer): Promise<void> {
    const pieces = typeof answer === 'string' || Buffer.isBuffer(answer) ? [answer] : answer;
    const counted = async function* () {
      for await (const piece of pieces) {
        sent += piece.length;
        yield piece;
      }
    };
    await pipeline(Readable.from(counted(), { objectMode: true, highWaterMark: 1 }), socket).catch(() => {});
  }

  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    /** The first line of each request that came. */
    requests,
    /** Bytes that were sent, to all. */
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const HEAD = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n';

/** @returns an answer with just that body */
export function answerOf(body: string | Buffer, { status = '200 OK', headers = '' } = {}): Buffer {
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

const MIB = 1 << 20;

/** A thousand times the same mebibyte, compressed once: to compress them all would hold up the tests for seconds. */
function gzipBomb(): Buffer {
  const header = Buffer.from('1f8b08000000000000ff', 'hex');
  const piece = deflateRawSync(Buffer.alloc(MIB, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  // An empty last block. The CRC and the size behind it are right for no one: who reads as far has read too much.
  return Buffer.concat([header, ...Array<Buffer>(1000).fill(piece), Buffer.from('0300', 'hex'), Buffer.alloc(8)]);
}

const BOMB = gzipBomb();

/** Answers that have no end, or one that is too far away. Each is bounded, so that a test of what takes it all ends, too. */
export const BOUNDLESS: Readonly<Record<string, () => Answer>> = {
  '1.5 GB of JSON with its length told': function* () {
    const item = `{"id":1,"filler":"${'x'.repeat(1000)}"},`.repeat(1000);
    yield `${HEAD}Content-Length: ${1500 * MIB}\r\n\r\n{"data":[`;
    for (let sent = 9; sent < 1500 * MIB; sent += item.length) yield item;
  },
  'a chunked body without an end': function* () {
    yield `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    const chunk = `100000\r\n${' '.repeat(MIB)}\r\n`;
    for (let sent = 0; sent < 1500; sent++) yield chunk;
  },
  'a gzip bomb': () =>
    Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`), BOMB]),
  'an error with 1.5 GB of body': function* () {
    yield `${HEAD.replace('200 OK', '404 Not Found')}Transfer-Encoding: chunked\r\n\r\n`;
    const chunk = `100000\r\n${' '.repeat(MIB)}\r\n`;
    for (let sent = 0; sent < 1500; sent++) yield chunk;
  },
  'a header without an end': function* () {
    yield `${HEAD}X-Filler: `;
    for (let sent = 0; sent < 1500; sent++) yield 'x'.repeat(MIB);
  },
  'headers without an end': function* () {
    yield HEAD;
    for (let sent = 0; sent < 1_000_000; sent += 1000)
      yield Array.from({ length: 1000 }, (_, n) => `X-${sent + n}: ${'y'.repeat(100)}\r\n`).join('');
  },
  'interim answers without an end': function* () {
    const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n'.repeat(1000);
    for (let sent = 0; sent < 20_000; sent++) yield hint;
  },
  'a list of a million': () => answerOf(`{"data":[${Array(1_000_000).fill('{}').join(',')}],"message":"Success"}`),
  'a list in lists, 100,000 deep': () =>
    answerOf(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)},"message":"Success"}`),
};
