import { expect } from 'chai';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';

const [SQLITE] = historyStores;
const FORM = 'multipart/form-data; boundary=xyz';
const JSON_TYPE = 'application/json';

/** What is known to be wrong when the header has come: the request line, its fields, and the code of the answer. */
const REFUSED: Array<[string, Record<string, string>, string]> = [
  ['POST /pt_xyz', { Host: 'evil.example', 'Content-Type': FORM }, 'UNKNOWN_HOST'],
  ['POST /pt_xyz', { Origin: 'http://evil.example', 'Content-Type': FORM }, 'CROSS_ORIGIN'],
  ['POST /pt_xyz', { 'Content-Type': JSON_TYPE }, 'NOT_MULTIPART'],
  ['POST /pt_xyz', { 'Content-Type': FORM, 'Content-Length': '99999999' }, 'FILE_TOO_LARGE'],
  ['POST /pt_xyz', { 'Content-Type': FORM, 'Repr-Digest': 'sha-256=:nonsense:' }, 'MALFORMED_DIGEST'],
  ['POST /graphql', { Origin: 'http://evil.example', 'Content-Type': JSON_TYPE }, 'CROSS_ORIGIN'],
  ['POST /graphql', { 'Content-Type': JSON_TYPE, 'Content-Length': '99999999' }, 'BODY_TOO_LARGE'],
  ['POST /-/drills', { 'Content-Type': 'text/plain' }, 'NOT_JSON'],
  ['POST /-/drills', { 'Content-Type': JSON_TYPE, 'Content-Length': '99999999' }, 'BODY_TOO_LARGE'],
  ['POST /-/restores', { Origin: 'http://evil.example', 'Content-Type': JSON_TYPE }, 'CROSS_ORIGIN'],
  ['POST /-/backups/1/accept', { 'Content-Type': 'text/plain' }, 'NOT_JSON'],
  ['POST /-/backups/1/accept', { 'Content-Type': JSON_TYPE, 'Content-Length': '99999999' }, 'BODY_TOO_LARGE'],
  ['POST /-/scrub', { 'Content-Length': '99999999' }, 'BODY_TOO_LARGE'],
  ['POST /pt_xyz/nowhere', { 'Content-Type': FORM }, 'ROUTE_NOT_FOUND'],
  ['PUT /pt_xyz', { 'Content-Type': FORM }, 'METHOD_NOT_ALLOWED'],
];

describe('a request that asks first whether its body is welcome (Expect: 100-continue)', () => {
  let app: RunningApp;
  before(async () => {
    const uploads = { maxFileBytes: 1_000_000, idleMs: 10_000 };
    app = await runApp(SQLITE!, { uploads, lingerLimits: { silenceMs: 200, totalMs: 1_000 } });
  });
  after(() => app[Symbol.asyncDispose]());

  const head = (line: string, fields: Record<string, string>, version = '1.1') => {
    const all = { Host: 'localhost', Expect: '100-continue', 'Content-Length': '1000', ...fields };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${line} HTTP/${version}\r\n${lines.join('')}\r\n`;
  };

  it('is refused without being invited, wherever the header shows what is wrong, and the connection is closed', async () => {
    for (const [line, fields, code] of REFUSED) {
      const connection = await rawConnection(app.url);
      await connection.send(head(line, fields));
      const answer = await connection.ended();
      expect(answer, `${line} ${code}`).to.match(new RegExp(`^HTTP/1\\.1 4\\d\\d .*"${code}"`, 's'));
      expect(answer).to.match(/^Connection: close\r$/m);
    }
  });

  it('is invited when nothing is wrong so far', async () => {
    for (const [line, type] of [
      ['POST /pt_xyz', FORM],
      ['POST /graphql', JSON_TYPE],
      ['POST /-/drills', JSON_TYPE],
      ['POST /-/backups/1/accept', JSON_TYPE],
      ['POST /-/scrub', JSON_TYPE],
    ] as const) {
      const connection = await rawConnection(app.url);
      await connection.send(head(line, { 'Content-Type': type }));
      expect((await connection.receive(/\r\n\r\n/)).input, line).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
      connection.socket.destroy();
    }
  });

  it('is not invited by HTTP/1.0, which does not know of it', async () => {
    const connection = await rawConnection(app.url);
    const body = '{"query":"{__typename}"}';
    const fields = { 'Content-Type': JSON_TYPE, 'Content-Length': String(body.length) };
    await connection.send(head('POST /graphql', fields, '1.0') + body);
    expect(await connection.ended()).to.match(/^HTTP\/1\.1 200 .*"__typename"/s);
  });
});
