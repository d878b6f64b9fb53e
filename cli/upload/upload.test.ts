import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formatReprDigest } from '../../protocol/digest.ts';
import { finding } from '../../protocol/finding.ts';
import { FastClock } from '../../testing/fast-clock.ts';
import { portOf } from '../../testing/free-port.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { answerWith } from '../../testing/service/answer-with.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';
import type { ServiceToken } from '../config/secret-file.ts';
import { ExplainedError } from '../errors.ts';
import { outageBehind } from '../service/outage.ts';
import { ServiceUnreachable } from '../service/service-errors.ts';
import { type UploadRequest, upload } from './upload.ts';

type Step = (request: IncomingMessage, response: ServerResponse) => unknown;

const FILE_NAME = 'mysql-2026-01-01-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';
const never = new AbortController().signal;

describe('upload', () => {
  let folder: string;
  let server: Server;
  let url: URL;
  /** What the service does with the requests, one after the other; the last does it with all that follow. */
  let script: Step[] = [];
  let requests: { method: string; url: string; bytes: number }[] = [];
  let zip: UploadRequest;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-upload-'));
    server = createServer((request, response) => {
      const seen = { method: request.method!, url: request.url!, bytes: 0 };
      requests.push(seen);
      request.on('data', chunk => {
        seen.bytes += chunk.length;
      });
      request.on('error', () => {});
      answerWith(script.length > 1 ? script.shift()! : script[0]!, request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${portOf(server)}/`);
    zip = await zipOf(randomBytes(2_500_000));
  });
  beforeEach(() => {
    requests = [];
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const zipOf = async (content: Buffer): Promise<UploadRequest> => {
    const path = join(folder, `${content.length}.zip`);
    await writeFile(path, content);
    return {
      database: 'pt_xyz',
      path,
      fileName: FILE_NAME,
      size: content.length,
      sha256: createHash('sha256').update(content).digest(),
    };
  };

  const receipt = (more: object = {}) => ({
    data: {
      id: 7,
      database_name: 'pt_xyz',
      file_name: FILE_NAME,
      timestamp: '2026-01-01 00:00:00',
      size: zip.size,
      repr_digest: formatReprDigest(zip.sha256),
      ...{ state: 'unverified', findings: [], dump_size: null, dump_sha256: null },
      received_at: '2026-01-01T00:00:01.000Z',
      ...more,
    },
    message: 'success',
  });
  /** Reads the whole body, and then answers. */
  const answer =
    (status: number, body: unknown, headers: Record<string, string> = {}): Step =>
    async (request, response) => {
      if (!request.complete) await once(request, 'end');
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  const success: Step = (request, response) => answer(201, receipt())(request, response);
  const refuse = (status: number, headers: Record<string, string> = {}) =>
    answer(status, { message: 'no', code: 'NO', errors: [{ field: 'file', message: 'is bad' }] }, headers);
  /** Ends the connection after some of the body. */
  const reset: Step = request => request.once('data', () => request.socket.resetAndDestroy());

  const send = (
    steps: Step[],
    options: {
      retries?: number;
      signal?: AbortSignal;
      onBytes?: (sent: number) => void;
      request?: Partial<UploadRequest>;
      token?: ServiceToken;
      isThere?: () => Promise<boolean>;
    } = {},
  ) => {
    script = steps;
    const { retries = 0, signal = never, request, ...more } = options;
    return upload({ ...zip, ...request }, { server: url, retries, signal, ...more });
  };
  const failureOf = async (steps: Step[], options?: Parameters<typeof send>[1]): Promise<ExplainedError> => {
    const error = await send(steps, options).catch(error => error);
    expect(error).to.be.instanceOf(ExplainedError);
    return error;
  };

  it('sends the zip without asking first where a proxy knows no such question', async () => {
    const refusals: unknown[] = [];
    const refuseToExpect = (request: IncomingMessage, response: ServerResponse) => {
      refusals.push(request.headers.authorization);
      response.writeHead(417).end();
    };
    server.on('checkContinue', refuseToExpect);
    try {
      expect(await send([success], { token: { text: 'lmb_x', from: 'a file' } })).to.deep.equal(receipt().data);
    } finally {
      server.off('checkContinue', refuseToExpect);
    }
    expect(refusals).to.deep.equal(['Bearer lmb_x']);
    expect(requests).to.have.length(1);
  });

  it('sends the whole file once and returns the record', async () => {
    const sent: number[] = [];
    expect(await send([success], { onBytes: bytes => sent.push(bytes) })).to.deep.equal(receipt().data);
    expect(requests).to.have.length(1);
    expect(requests[0]).to.include({ method: 'POST', url: '/pt_xyz' });
    expect(requests[0]!.bytes).to.be.within(zip.size + 100, zip.size + 1000);
    expect(sent.at(-1)).to.equal(zip.size);
  });

  it('sends the digest of the file ahead, and the manifest as a field before the file', async () => {
    const manifest = manifestWith({
      file_name: FILE_NAME,
      zip: { size: zip.size, sha256: zip.sha256.toString('hex') },
    });
    let [body, digest]: [Buffer, unknown] = [Buffer.alloc(0), ''];
    const keep: Step = async (request, response) => {
      [digest, body] = [request.headers['repr-digest'], await buffer(request)];
      return answer(201, receipt({ state: 'complete', dump_sha256: manifest.dump.sha256 }))(request, response);
    };
    expect((await send([keep], { request: { manifest } })).state).to.equal('complete');
    expect(digest).to.equal(formatReprDigest(zip.sha256));
    const head = body.toString('latin1', 0, 4096);
    expect(JSON.parse(/name="manifest"\r\n\r\n(.*)\r\n/.exec(head)![1]!)).to.deep.equal(manifest);
    expect(head.indexOf('name="manifest"')).to.be.below(head.indexOf('name="file"'));
  });

  it('accepts 200 as well: the same file had arrived before', async () =>
    expect((await send([answer(200, receipt())])).id).to.equal(7));

  it('accepts an answer with unknown fields', async () =>
    expect((await send([answer(201, { ...receipt({ verified: true }), extra: 1 })])).id).to.equal(7));

  it('puts any label into the path', async () => {
    const database = 'a b?#%&"ö🐈/..';
    await send([answer(201, receipt({ database_name: database }))], { request: { database } });
    expect(requests[0]!.url).to.equal(`/${encodeURIComponent('a b?#%&"ö🐈/..')}`);
  });

  it('refuses a record of another database', async () => {
    const error = await failureOf([answer(201, receipt({ database_name: 'pt_abc' }))]);
    expect(error.message).to.contain('the service says that it stored');
  });

  it('keeps the path of the address of the service', async () => {
    script = [success];
    await upload(zip, { server: new URL('lumbung/', url), retries: 0, signal: never });
    expect(requests[0]!.url).to.equal('/lumbung/pt_xyz');
  });

  describe('does not treat a zip as delivered', () => {
    it('whose digest in the answer is another', async () => {
      const other = createHash('sha256').update('x').digest();
      const error = await failureOf([answer(201, receipt({ repr_digest: formatReprDigest(other) }))], { retries: 3 });
      expect(error.message).to.contain(zip.sha256.toString('hex')).and.contain(formatReprDigest(other));
      expect(error.advice).to.contain('differs from the one that was sent');
      expect(requests, 'not tried again').to.have.length(1);
    });

    it('whose digest in the answer is missing or invalid', async () => {
      for (const repr_digest of [
        '',
        'sha-256=::',
        zip.sha256.toString('hex'),
        `sha-512=:${zip.sha256.toString('base64')}:`,
      ])
        await failureOf([answer(201, receipt({ repr_digest }))]);
    });

    it('whose size or name in the answer is another', async () => {
      await failureOf([answer(201, receipt({ size: zip.size - 1 }))]);
      await failureOf([answer(201, receipt({ file_name: FILE_NAME.replace('pt_xyz', 'pt_abc') }))]);
    });

    it('whose plain dump in the answer is another', async () => {
      const manifest = manifestWith({ file_name: FILE_NAME });
      const answers = [answer(201, receipt({ state: 'complete', dump_sha256: 'f'.repeat(64) }))];
      expect((await failureOf(answers, { request: { manifest } })).message).to.contain('the service says');
    });

    it('that the service reports in a better state than the manifest', async () => {
      const missing = finding('TRIGGERS_NOT_GRANTED', 'no triggers');
      const manifest = manifestWith({ file_name: FILE_NAME, findings: [missing] });
      const verdict = (state: string, findings: object[]) => [answer(201, receipt({ state, findings }))];
      for (const steps of [verdict('complete', [missing]), verdict('incomplete', []), verdict('unverified', [])])
        await failureOf(steps, { request: { manifest } });
      expect((await failureOf(verdict('complete', []))).message).to.contain('reports the backup as complete');
      const more = [missing, finding('ROW_COUNT_DROPPED', 'half is gone')];
      expect((await send(verdict('incomplete', more), { request: { manifest } })).findings).to.have.length(2);
    });

    it('whose answer breaks the contract', async () => {
      const broken = [
        ...['', '{', '[]', 'null', '"ok"', '<html>Welcome</html>', {}, { data: null, message: 'success' }],
        receipt({ id: '7' }),
        receipt({ id: undefined }),
        receipt({ size: String(zip.size) }),
        receipt({ repr_digest: undefined }),
        receipt({ timestamp: '2026-01-01T00:00:00Z' }),
        receipt({ state: undefined }),
        receipt({ state: 'fine' }),
        receipt({ findings: undefined }),
        receipt({ findings: [{ code: 'TRIGGERS_NOT_GRANTED', severity: 'warning', message: 'x' }] }),
      ];
      for (const body of broken) {
        const error = await failureOf([answer(200, body)]);
        expect(error.message, JSON.stringify(body)).to.contain("not one of Lumbung's service");
        expect(error.advice).to.contain('--server');
      }
    });

    it('that a web page answers with 200', async () =>
      expect(
        (await failureOf([answer(200, '<html>Log in</html>', { 'content-type': 'text/html' })])).message,
      ).to.contain('it is not JSON'));

    it('that arrived as something else: it is sent again, as long as the file is what it was', async () => {
      const mismatch = answer(422, { message: 'other bytes', code: 'DIGEST_MISMATCH', errors: [] });
      expect((await send([mismatch, success], { retries: 1 })).id).to.equal(7);
      requests = [];
      await failureOf([mismatch], { retries: 1 });
      expect(requests).to.have.length(2);
      requests = [];
      const rotten = await zipOf(randomBytes(70_000));
      await writeFile(rotten.path, randomBytes(70_000));
      await failureOf([mismatch], { retries: 3, request: rotten });
      expect(requests, 'of a file that has changed').to.have.length(1);
      requests = [];
      await failureOf([refuse(422)], { retries: 3 });
      expect(requests, 'of another refusal').to.have.length(1);
    }).slow(8000);

    it('that is answered without a body', async () => {
      for (const status of [200, 201, 204, 205]) {
        const error = await failureOf([answer(status, '')]);
        expect(error.message, `${status}`).to.contain(`the answer ${status} is not one of Lumbung's service`);
      }
    });
  });

  it('follows no redirect: the body would have to be kept for it', async () => {
    for (const status of [301, 302, 303, 307, 308])
      await failureOf([answer(status, '', { location: '/elsewhere' }), success]);
    expect(new Set(requests.map(({ url }) => url))).to.deep.equal(new Set(['/pt_xyz']));
  });

  describe('does not try again', () => {
    for (const status of [400, 401, 403, 404, 409, 411, 413, 415, 422])
      it(`after ${status}`, async () => {
        const error = await failureOf([refuse(status)], { retries: 3 });
        expect(error.message).to.equal(`the service answered ${status} NO: no (file: is bad)`);
        expect(error).not.to.be.instanceOf(ServiceUnreachable);
        expect(requests).to.have.length.at.most(1); // the connection may end before the service has read a byte
      });

    it('after a redirect, and names it as what it is', async () => {
      for (const status of [301, 302, 307, 308]) {
        requests = [];
        const error = await failureOf([answer(status, '', { location: '/elsewhere' })], { retries: 1 });
        expect(error.message, `${status}`).to.match(/redirect/);
        expect(requests, `${status}`).to.have.length(1);
      }
    });

    it('when the zip is of a different size than it was', async () => {
      for (const size of [zip.size - 1, zip.size + 1]) {
        const error = await failureOf([success], { retries: 2, request: { size } });
        expect(error.message).to.match(/has (?:grown: it had|shrunk: it has) .* bytes/);
        expect(error).not.to.be.instanceOf(ServiceUnreachable);
      }
      // A connection may have ended before the service sees its request, or after the upload has.
      expect(requests).to.have.length.at.most(2);
    });

    it('when the zip is gone from the disk, and does not blame the service for it', async () => {
      const error = await send([success], { retries: 2, request: { path: join(folder, 'nowhere.zip') } }).catch(
        error => error,
      );
      expect(error.message).to.match(/ENOENT.*nowhere\.zip/);
      expect(error.message).not.to.contain("can't be reached");
    });
  });

  describe('tries again', () => {
    /** Uploads to a service of its own, so that many can take their second of pause together. */
    const attempts = async (retries: number, ...steps: Step[]): Promise<{ outcome: unknown; bytes: number[] }> => {
      const bytes: number[] = [];
      const own = createServer((request, response) => {
        const index = bytes.push(0) - 1;
        request.on('error', () => {});
        request.on('data', chunk => {
          bytes[index]! += chunk.length;
        });
        answerWith(steps[Math.min(index, steps.length - 1)]!, request, response);
      }).listen(0, '127.0.0.1');
      await once(own, 'listening');
      const server = new URL(`http://127.0.0.1:${portOf(own)}/`);
      const outcome = await upload(zip, { server, retries, signal: never }).catch(error => error);
      own.closeAllConnections();
      own.close();
      return { outcome, bytes };
    };
    const cutAnswer: Step = async (request, response) => {
      await once(request, 'end');
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"data":');
      setTimeout(() => response.destroy(), 20);
    };

    it('after what may pass, with the whole file', async function () {
      this.slow(5000);
      const passing = new Map<string, Step>(
        [408, 429, 500, 502, 503, 504, 507].map(status => [`${status}`, refuse(status)]),
      );
      passing.set('a connection that broke in the middle', reset).set('an answer that was cut off', cutAnswer);
      await Promise.all(
        [...passing].map(async ([what, step]) => {
          const { outcome, bytes } = await attempts(1, step, success);
          expect(outcome, what).to.deep.equal(receipt().data);
          expect(bytes, what).to.have.length(2);
          expect(bytes[1], what).to.be.above(zip.size);
        }),
      );
    });

    it('so many times and no more, and tells the last reason', async function () {
      this.slow(5000);
      const [none, one] = await Promise.all([0, 1].map(retries => attempts(retries, refuse(500), refuse(503))));
      expect([none, one].map(tried => tried!.bytes.length)).to.deep.equal([1, 2]);
      expect((none!.outcome as Error).message).to.contain('the service answered 500');
      expect((one!.outcome as Error).message).to.contain('the service answered 503');
    });

    it('within a time that fits into the night, for any Retry-After of the service', async () => {
      const { setTimeout: real } = globalThis;
      const stop = new AbortController();
      const pauses: number[] = [];
      globalThis.setTimeout = ((callback: () => void, delay: number, ...rest: []) => {
        pauses.push(delay);
        return real(callback, delay, ...rest);
      }) as typeof setTimeout;
      try {
        real(() => stop.abort('enough'), 300);
        await send([refuse(503, { 'retry-after': '86400' })], { retries: 1, signal: stop.signal }).catch(() => {});
      } finally {
        globalThis.setTimeout = real;
      }
      expect(Math.max(...pauses), 'minutes are what an answer may take').to.be.below(600_000);
    });
  });

  it('says that the service cannot be reached, and why', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const server = new URL(`http://127.0.0.1:${portOf(closed)}/`);
    closed.close();
    await once(closed, 'close');
    for (const address of [server, new URL(`http://localhost:${server.port}/`)]) {
      const error = await upload(zip, { server: address, retries: 0, signal: never }).catch(error => error);
      expect(error).to.be.instanceOf(ServiceUnreachable);
      expect(error.message)
        .to.contain(`the service at ${address.origin} can't be reached`)
        .and.match(/refused/i);
    }
    const nowhere = await upload(zip, {
      server: new URL('http://no-such-host.invalid/'),
      retries: 0,
      signal: never,
    }).catch(error => error);
    expect(nowhere).to.be.instanceOf(ServiceUnreachable);
    expect(nowhere.message).to.contain('no-such-host.invalid');
  });

  it('tells the refusal of a service that does not read the body to its end', async () => {
    const early: Step = (request, response) => {
      request.once('data', () => {
        response.writeHead(413, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: 'too large', code: 'FILE_TOO_LARGE' }));
      });
    };
    const error = await failureOf([early], { retries: 2, request: await zipOf(randomBytes(30_000_000)) });
    expect(error.message).to.equal('the service answered 413 FILE_TOO_LARGE: too large');
    expect(requests).to.have.length(1);
  });

  describe('with a clock that runs a thousand times as fast', () => {
    let clock: FastClock;
    beforeEach(() => {
      clock = new FastClock(1000);
    });
    afterEach(() => clock[Symbol.dispose]());

    it('gives up a connection that stalls, and tries again', async () => {
      const deaf: Step = request => request.removeAllListeners('data').pause();
      const large = await zipOf(randomBytes(30_000_000));
      const all = answer(201, receipt({ size: large.size, repr_digest: formatReprDigest(large.sha256) }));
      expect((await send([deaf, all], { retries: 1, request: large })).id).to.equal(7);
      expect(requests).to.have.length(2);
      const sockets = createTcpServer(socket => socket.pause().on('error', () => {})).listen(0, '127.0.0.1');
      await once(sockets, 'listening');
      const server = new URL(`http://127.0.0.1:${portOf(sockets)}/`);
      const error = await upload(large, { server, retries: 0, signal: never }).catch(error => error);
      expect(error.message).to.match(/can't be reached: no data was sent for 120 s$/);
      sockets.close();
    });

    it('gives up a host whose packets are lost, sooner than the system does', async function () {
      await using host = await deafHost();
      if (!host) return this.skip();
      const error = await upload(zip, { server: host.url, retries: 0, signal: never }).catch(error => error);
      expect(error).to.be.instanceOf(ServiceUnreachable);
      expect(error.message).to.match(/no connection within 20 s$/);
    });

    /** @param seconds of that clock */
    const thinking =
      (seconds: number, then: Step = success): Step =>
      async (request, response) => {
        if (!request.complete) await once(request, 'end');
        setTimeout(() => void then(request, response), seconds * 1000);
      };
    const mute: Step = () => {};

    it('gives the service an hour for its answer to a large zip, and no more', async function () {
      this.slow(10_000).timeout(120_000); // two and a half hours of that clock
      const request = await zipOf(randomBytes(40_000_000));
      const all = answer(201, receipt({ size: request.size, repr_digest: formatReprDigest(request.sha256) }));
      expect((await send([thinking(3000, all)], { request })).id).to.equal(7);
      // One that says how it is may take the hour.
      let asked = 0;
      const isThere = async () => ++asked % 3 === 0;
      expect((await send([thinking(1000, all)], { request, isThere })).id).to.equal(7);
      expect(asked).to.be.above(6);
      const hung = await failureOf([mute], { isThere: async () => false });
      expect(hung.message).to.match(/no answer came for 90 s, also not to other requests$/);
      expect((await failureOf([mute], { request })).message).to.match(/no answer came for 3600 s$/);
    });

    it('gives it minutes for a small zip, also where it answers all other questions, and says what to check', async () => {
      const sample = manifestWith({ file_name: FILE_NAME });
      const manifest = { ...sample, dump: { ...sample.dump, size: 10 << 20 } };
      const all = answer(201, receipt({ state: 'complete' }));
      expect((await send([thinking(60, all)], { request: { manifest } })).id).to.equal(7);
      for (const step of [mute, trickleHead]) {
        const error = await failureOf([step], { request: { manifest }, isThere: async () => true });
        expect(error).to.be.instanceOf(ServiceUnreachable);
        expect(error.message).to.match(/no answer came for 302 s$/);
        expect(error.advice).to.contain('Check its log');
      }
    });

    it('gives up an answer that trickles, and says that it did not end', async () => {
      const trickle: Step = async (request, response) => {
        if (!request.complete) await once(request, 'end');
        response.writeHead(201, { 'content-type': 'application/json' });
        drip(response, () => response.write(' '));
      };
      const error = await failureOf([trickle]);
      expect(error).to.be.instanceOf(ServiceUnreachable);
      expect(error.message).to.match(/the service's answer did not end within 60 s$/);
      expect(outageBehind(error, url)!.cause.why).to.equal('does not end its answer');
    });

    const trickleHead: Step = async (request, response) => {
      if (!request.complete) await once(request, 'end');
      response.socket!.write('HTTP/1.1 201 Created\r\n');
      drip(response, () => response.socket?.write('X: y\r\n'));
    };
    const drip = (response: ServerResponse, write: () => unknown) => {
      const timer = setInterval(write, 10);
      response.on('close', () => clearInterval(timer));
    };
  });

  it('asks what gave no answer whether it is there before it sends all of it again', async () => {
    const answers = [false, false, true];
    const isThere = async () => answers.shift()!;
    expect((await send([reset, success], { retries: 4, isThere })).id).to.equal(7);
    expect(answers).to.deep.equal([]);
    expect(requests).to.have.length(2);
    const error = await failureOf([reset], { retries: 2, isThere: async () => false });
    expect(error).to.be.instanceOf(ServiceUnreachable);
    expect(requests).to.have.length(3);
    await failureOf([refuse(503)], { retries: 1, isThere: () => Promise.reject(new Error('it has answered')) });
    expect(requests).to.have.length(5);
  });

  describe('when aborted', () => {
    it('ends at once with the reason', async () => {
      const stop = new AbortController();
      const hang: Step = () => setTimeout(() => stop.abort('stop'), 50);
      expect(await send([hang], { retries: 3, signal: stop.signal }).catch(error => error)).to.equal('stop');
      expect(requests).to.have.length(1);
    });

    it('ends in the pause before the next try too', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort('stop'), 200);
      using time = new OwnTime();
      expect(await send([refuse(503)], { retries: 5, signal: stop.signal }).catch(error => error)).to.equal('stop');
      expect(time.ms).to.be.below(700);
    });

    it('sends nothing when it was aborted before', async () => {
      expect(await send([success], { signal: AbortSignal.abort('before') }).catch(error => error)).to.equal('before');
      expect(requests).to.have.length(0);
    });
  });

  it('closes the file however it ends', async () => {
    const large = await zipOf(randomBytes(30_000_000));
    const stop = new AbortController();
    const abort: Step = request => request.once('data', () => stop.abort('stop'));
    await send([success]);
    await failureOf([refuse(422)], { request: large });
    await failureOf([reset], { request: large });
    await send([abort], { request: large, signal: stop.signal }).catch(() => {});
    const openFiles = async () => {
      const descriptors = await readdir('/proc/self/fd');
      const links = await Promise.all(descriptors.map(name => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return links.filter(link => link.startsWith(folder));
    };
    for (let looks = 0; looks < 100 && (await openFiles()).length > 0; looks++) await sleep(20);
    expect(await openFiles()).to.deep.equal([]);
  });

  it('needs no memory for the file', async () => {
    const path = join(folder, 'sparse.zip');
    await writeFile(path, '');
    await truncate(path, 250 << 20);
    const before = process.memoryUsage().rss;
    let peak = before;
    const watching = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 10);
    await failureOf([refuse(422)], { request: { path, size: 250 << 20 } });
    clearInterval(watching);
    expect((peak - before) / (1 << 20)).to.be.below(150);
  });
});

/** A host that answers no attempt to connect: a program that takes no connections, and as many of them as may wait for it. */
async function deafHost(): Promise<({ url: URL } & AsyncDisposable) | undefined> {
  if (process.platform !== 'linux') return undefined;
  const program = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    require('node:fs').writeSync(1, String(this.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  const waiting = Array.from({ length: 8 }, () => connectTcp(Number(String(port)), '127.0.0.1').on('error', () => {}));
  await sleep(300);
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
