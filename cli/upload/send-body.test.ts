import { createHash, randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CERTIFICATE, KEY } from '../../testing/databases/certificate.ts';
import { portOf } from '../../testing/free-port.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { AnswerCutOff, sendBody } from './send-body.ts';

const never = new AbortController().signal;
const MIB = 1 << 20;

/** How many pieces have been asked for of late. */
let made = 0;

/** Pieces that lie in the same memory, as those of a file do; `sums` learns what was sent. */
async function* pieces(count: number, sums = createHash('sha256')): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(MIB);
  for (made = 0; made < count; made++) {
    randomBytes(64).copy(piece.fill(made), MIB / 2);
    sums.update(piece);
    yield piece;
  }
}

async function listening(listener: RequestListener, { tls = false } = {}) {
  const server = tls ? createTlsServer({ key: KEY, cert: CERTIFICATE }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http${tls ? 's' : ''}://127.0.0.1:${port}/`, server, [Symbol.dispose]: end };
}

const post = (
  url: string,
  count: number,
  { sums, signal = never }: { sums?: ReturnType<typeof createHash>; signal?: AbortSignal } = {},
) =>
  sendBody(
    new Request(url, { method: 'POST', headers: { 'x-a': 'b' } }),
    { length: count * MIB, pieces: pieces(count, sums) },
    signal,
  );

/** Answers with what it was sent. */
const echo: RequestListener = async (request, response) => {
  const sums = createHash('sha256');
  for await (const chunk of request) sums.update(chunk);
  response.writeHead(201, { 'x-sum': sums.digest('hex'), 'set-cookie': ['a=1', 'b=2'] });
  response.end(JSON.stringify(request.headers));
};

describe('send-body', () => {
  it('sends each piece as it was when it was handed over, in the clear and over TLS', async () => {
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      for (const tls of [false, true]) {
        using server = await listening(echo, { tls });
        const sums = createHash('sha256');
        const answer = await post(server.url, 40, { sums });
        expect(answer.headers.get('x-sum'), `tls: ${tls}`).to.equal(sums.digest('hex'));
      }
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('tells the length, never sends in chunks, and gives back status, headers and body', async () => {
    using server = await listening(echo);
    const answer = await post(server.url, 2);
    expect(answer.status).to.equal(201);
    expect(answer.headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
    const headers = (await answer.json()) as Record<string, string>;
    expect(headers)
      .to.include({ 'x-a': 'b', 'content-length': `${2 * MIB}` })
      .and.not.have.property('transfer-encoding');
  });

  it('trusts no certificate that it does not know', async () => {
    using server = await listening(echo, { tls: true });
    const error = await post(server.url, 2).catch(error => error);
    expect(error).to.be.instanceOf(TypeError);
    expect(error.cause.message).to.match(/certificate/i);
  });

  it('asks before it sends the body where it is told to, and sends none of it after a refusal', async () => {
    using server = await listening(() => expect.fail('the body was sent'));
    const expected: unknown[] = [];
    server.server.on('checkContinue', (request, response) => {
      expected.push(request.headers.expect);
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
    });
    const body = { length: 5 * MIB, pieces: pieces(5) };
    made = 0;
    const answer = await sendBody(new Request(server.url, { method: 'POST' }), body, never, { isInvited: true });
    expect([answer.status, expected, made]).to.deep.equal([401, ['100-continue'], 0]);
  });

  it('sends the body as soon as it is asked for, or after a second to a service that does not ask', async () => {
    using asking = await listening(echo);
    using silent = await listening(echo);
    silent.server.on('checkContinue', echo); // answers nothing until it has the body
    for (const [{ url }, least, most] of [
      [asking, 0, 900],
      [silent, 990, 15_000],
    ] as const) {
      const sums = createHash('sha256');
      const began = performance.now();
      const body = { length: 3 * MIB, pieces: pieces(3, sums) };
      const answer = await sendBody(new Request(url, { method: 'POST' }), body, never, { isInvited: true });
      expect(answer.headers.get('x-sum')).to.equal(sums.digest('hex'));
      expect(performance.now() - began).to.be.within(least, most);
    }
  });

  it('ends the sending when the answer comes early', async () => {
    using server = await listening((request, response) => {
      request.once('data', () => {
        request.pause();
        response.writeHead(413).end('too large');
      });
    });
    const answer = await post(server.url, 200);
    expect([answer.status, await answer.text()]).to.deep.equal([413, 'too large']);
  });

  it('tells a connection that breaks from an answer that is cut off', async () => {
    using broken = await listening(request => request.once('data', () => request.socket.resetAndDestroy()));
    const error = await post(broken.url, 50).catch(error => error);
    expect(error).to.be.instanceOf(TypeError).and.have.property('message', 'fetch failed');
    expect(error.cause).to.be.instanceOf(Error);
    using cut = await listening((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-length': '50' }).write('half');
        setTimeout(() => response.destroy(), 20);
      });
    });
    expect(await post(cut.url, 1).catch(error => error)).to.be.instanceOf(AnswerCutOff);
  });

  describe('notices while it waits for a piece, the first or a later one,', () => {
    /** A slow disk. */
    async function* late(count: number): AsyncGenerator<Buffer> {
      for await (const piece of pieces(count)) {
        await sleep(100);
        yield piece;
      }
    }
    const postLate = (url: string, signal = never) =>
      sendBody(new Request(url, { method: 'POST' }), { length: 3 * MIB, pieces: late(3) }, signal);

    it('that no one listens', async () => {
      const gone = await listening(echo);
      gone[Symbol.dispose]();
      const error = await postLate(gone.url).catch(error => error);
      expect(error).to.be.instanceOf(TypeError);
      expect(error.cause.code).to.equal('ECONNREFUSED');
    });

    it('that the connection has broken', async () => {
      for (const event of ['connection', 'request', 'data']) {
        using breaking = await listening((request, response) => {
          const cut = () => response.destroy();
          if (event === 'data') request.once('data', cut);
          else cut();
        });
        if (event === 'connection') breaking.server.on('connection', socket => socket.destroy());
        const error = await postLate(breaking.url).catch(error => error);
        expect(error, event).to.be.instanceOf(TypeError).and.have.property('message', 'fetch failed');
      }
    });

    it('that the connection has broken, if the piece comes before Node has closed it', async () => {
      using breaking = await listening(request => request.once('data', () => request.socket.resetAndDestroy()));
      const broken = Promise.withResolvers<unknown>();
      subscribe('http.client.request.error', broken.resolve);
      async function* inBetween(): AsyncGenerator<Buffer> {
        for await (const piece of pieces(3)) {
          yield piece;
          await broken.promise;
        }
      }
      const body = { length: 3 * MIB, pieces: inBetween() };
      const error = await sendBody(new Request(breaking.url, { method: 'POST' }), body, never).catch(error => error);
      unsubscribe('http.client.request.error', broken.resolve);
      expect(error).to.be.instanceOf(TypeError).and.have.property('message', 'fetch failed');
    });

    it('that it was answered', async () => {
      using refusing = await listening((_, response) => response.writeHead(413).end('too large'));
      expect((await postLate(refusing.url)).status).to.equal(413);
    });

    it('that it was aborted', async () => {
      for (const ms of [10, 150]) {
        using mute = await listening(request => request.resume());
        const signal = AbortSignal.timeout(ms);
        expect(await postLate(mute.url, signal).catch(error => error)).to.equal(signal.reason);
      }
    });
  });

  it('asks for no more than a connection takes, and for nothing more when that ends', async () => {
    const deaf = createTcpServer(socket => socket.pause().on('error', () => {})).listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const port = portOf(deaf);
    const signal = AbortSignal.timeout(500);
    expect(await post(`http://127.0.0.1:${port}/`, 200, { signal }).catch(error => error)).to.equal(signal.reason);
    expect(made).to.be.within(0, 50);
    deaf.close();
  });

  it('ends at once when aborted: before, while sending, while waiting', async () => {
    using deaf = await listening(request => request.pause());
    using mute = await listening(request => request.resume());
    expect(await post(deaf.url, 50, { signal: AbortSignal.abort('before') }).catch(error => error)).to.equal('before');
    for (const [url, count] of [
      [deaf.url, 50],
      [mute.url, 1],
    ] as const) {
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), 100);
      using time = new OwnTime();
      expect(await post(url, count, { signal: stop.signal }).catch(error => error)).to.equal('stop');
      expect(time.ms, url).to.be.below(1000);
    }
  });
});
