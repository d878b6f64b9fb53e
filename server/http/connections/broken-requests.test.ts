import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { FIRST, trustCertificates } from '../../../testing/service/certificates.ts';
import { PART_END, partHead, rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { until } from '../../../testing/until.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';

const [SQLITE] = historyStores;
const JUNK = 'JUNK behind it\r\n\r\n';

for (const tls of [undefined, FIRST])
  describe(`a connection on which something is broken${tls ? ', over TLS' : ''}`, () => {
    trustCertificates();
    let app: RunningApp;
    let zip: SampleZip;
    let location: string;
    before(async () => {
      app = await runApp(SQLITE!, {
        connectionLimits: { headerMs: 1_500, unreadBodyMs: 300 },
        lingerLimits: { silenceMs: 300, totalMs: 1_000 },
        tls,
      });
      zip = sampleZip({ content: randomBytes(5_000_000) });
      location = (await upload(app.url, zip)).headers.get('location')!;
    });
    after(() => app[Symbol.asyncDispose]());

    const wholeUpload = (sample: SampleZip, headers: Record<string, string> = {}) => {
      const body = Buffer.concat([Buffer.from(partHead(sample.fileName)), sample.bytes, Buffer.from(PART_END)]);
      const head = uploadHead(sample.database, '', { 'Content-Length': String(body.length), ...headers }).split(
        '--xyz',
      )[0]!;
      return Buffer.concat([Buffer.from(head), body]);
    };
    const answersIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

    it('does not change a running answer when invalid bytes follow the request', async () => {
      const connection = await rawConnection(app.url);
      await connection.send(`GET ${location} HTTP/1.1\r\nHost: localhost\r\n\r\n${JUNK}`);
      const answer = await connection.ended();
      const body = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
      expect(body.equals(zip.bytes), 'just the bytes of the file').to.equal(true);
    });

    it('answers a complete request when invalid bytes follow it', async () => {
      for (const [database, where] of [
        ['junk_at_once', 'at once'],
        ['junk_later', 'later'],
      ] as const) {
        const sample = sampleZip({ database });
        const connection = await rawConnection(app.url);
        if (where === 'at once') await connection.send(Buffer.concat([wholeUpload(sample), Buffer.from(JUNK)]));
        else await connection.send(wholeUpload(sample)).then(() => connection.send(JUNK));
        const answer = await connection.ended();
        expect(answersIn(answer)[0], where).to.equal(201);
        const stored = await request(`${app.url}/${database}`);
        expect(stored.json.data.histories, where).to.have.length(1);
      }
    });

    it('answers all complete requests before invalid bytes, in their order', async () => {
      const connection = await rawConnection(app.url);
      const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      await connection.send(get('/-/healthy') + get('/nowhere/at/all') + get('/-/healthy') + JUNK);
      expect(answersIn(await connection.ended())).to.deep.equal([200, 404, 200]);
    });

    it('answers 400 to invalid bytes within the body, and stores nothing', async () => {
      const sample = sampleZip({ database: 'bad_chunk' });
      const connection = await rawConnection(app.url);
      const head = uploadHead('bad_chunk', sample.fileName, {
        'Transfer-Encoding': 'chunked',
        'X-Request-Id': 'bad-chunk',
      });
      const part = partHead(sample.fileName);
      await connection.send(head.replace(part, `${(part.length + 2).toString(16)}\r\n${part}PK\r\n`));
      await until('the upload', async () => (await app.storedFiles()).some(file => file.endsWith('.part')));
      await connection.send('no chunk\r\n');
      const answer = await connection.ended();
      expect(answer).to.match(/^HTTP\/1\.1 400 .*X-Request-Id: bad-chunk\r\n.*"MALFORMED_REQUEST"/s);
      await until('nothing left', async () => !(await app.storedFiles()).some(file => file.startsWith('bad_chunk')));
      const lines = () => app.log.filter(({ request_id, path }) => request_id === 'bad-chunk' && path);
      await until('a line in the log', () => lines().length > 0);
      expect(lines()).to.have.length(1);
      expect(lines()[0]).to.include({ status: 499, code: 'UPLOAD_ABORTED' });
    });

    it('does not change an early error answer when invalid bytes follow', async () => {
      const connection = await rawConnection(app.url);
      const { fileName } = sampleZip();
      const head = uploadHead('another', fileName, { 'Transfer-Encoding': 'chunked' });
      const part = partHead(fileName);
      await connection.send(head.replace(part, `${(part.length + 2).toString(16)}\r\n${part}PK\r\n`));
      await connection.receive(/"INVALID_FILE_NAME"/);
      await connection.send('no chunk\r\n');
      expect(answersIn(await connection.ended())).to.deep.equal([422]);
    });

    it('answers a client that closes its side after its request', async () => {
      const sample = sampleZip({ database: 'half_closed' });
      for (const bytes of [wholeUpload(sample), 'GET /half_closed HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
        const connection = await rawConnection(app.url);
        await connection.send(bytes);
        connection.socket.end();
        expect(await connection.ended()).to.match(/^HTTP\/1\.1 20[01] .*half_closed/s);
      }
    });

    it('does not wait for a client that closes its side after an error answer', async () => {
      await using patient = await runApp(SQLITE!, { tls, lingerLimits: { silenceMs: 60_000, totalMs: 60_000 } });
      const connection = await rawConnection(patient.url);
      await connection.send(uploadHead('another', zip.fileName, { 'Content-Length': '100000' }));
      connection.socket.end('PK');
      expect(await connection.ended()).to.match(/^HTTP\/1\.1 422 .*"INVALID_FILE_NAME"/s);
    });

    it('sends no more events to a client that has closed its side', async () => {
      const connection = await rawConnection(app.url);
      const query = encodeURIComponent('subscription { backupReceived { id } }');
      await connection.send(
        `GET /graphql?query=${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
      );
      await until('a listener', () => app.events.listeners === 1);
      connection.socket.end();
      await until('no listener', () => app.events.listeners === 0);
    });

    it('has a request id in the log and in the answer, also for requests that Node refuses', async () => {
      const broken = {
        MALFORMED_REQUEST: 'GARBAGE\r\n\r\n',
        HEADERS_TOO_LARGE: `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        REQUEST_TIMEOUT: 'GET / HTTP/1.1\r\nHo',
        METHOD_NOT_ALLOWED: 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
        UNKNOWN_HOST: 'GET / HTTP/1.1\r\nHost: x\r\nExpect: the unexpected\r\nConnection: close\r\n\r\n',
      };
      for (const [code, bytes] of Object.entries(broken)) {
        const connection = await rawConnection(app.url);
        await connection.send(bytes);
        const answer = await connection.ended();
        expect(JSON.parse(answer.slice(answer.indexOf('{')))).to.include({ code });
        const id = /^X-Request-Id: (\S+)\r$/m.exec(answer)?.[1];
        await until('a line in the log', () => app.log.some(line => line.request_id === id && line.code === code));
      }
    });

    it('is closed without an answer when it never sent a byte, or sends its header too slowly', async () => {
      const silent = await rawConnection(app.url);
      expect(await silent.ended()).to.equal('');
      const slow = await rawConnection(app.url);
      await slow.send('GET / HTTP/1.1\r\nHost: localhost\r\n');
      const drip = setInterval(() => slow.socket.write('X: y\r\n'), 50);
      expect(await slow.ended()).to.match(/^HTTP\/1\.1 408 /);
      clearInterval(drip);
    });

    it('is closed when the body of an answered GET arrives too slowly', async () => {
      for (const path of ['/-/healthy', location]) {
        const connection = await rawConnection(app.url);
        await connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n`);
        const drip = setInterval(() => connection.socket.write('x'), 50);
        expect(await connection.ended()).to.match(/^HTTP\/1\.1 200 /);
        clearInterval(drip);
      }
    });

    it('logs 499 for an upload that the client aborted', async () => {
      const connection = await rawConnection(app.url);
      await connection.send(
        wholeUpload(sampleZip({ database: 'given_up' }), { 'X-Request-Id': 'given-up' }).subarray(0, -60),
      );
      await until('the upload', async () => (await app.storedFiles()).some(file => file.endsWith('.part')));
      connection.socket.destroy();
      await until('a line', () => app.log.some(line => line.request_id === 'given-up'));
      expect(app.log.find(line => line.request_id === 'given-up')).to.include({ status: 499, code: 'UPLOAD_ABORTED' });
    });
  });
