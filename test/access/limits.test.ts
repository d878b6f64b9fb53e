import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { rawConnection, uploadHead } from '../../testing/service/raw-http.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { sampleRestore } from '../../testing/service/sample-reports.ts';
import { sampleFailure, sampleRun } from '../../testing/service/sample-runs.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const DUMP_END = Buffer.from('\n-- Dump completed\n');

describe('the limits of a service with tokens', function () {
  this.timeout(60_000);
  let folder: string;
  let service: ServiceHere;
  let wrong: string;
  const tokens: Record<string, string> = {};
  before(async () => {
    folder = await makeMemoryFolder('lumbung-limits-');
    const env = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    for (const name of ['busy', 'reader', 'listener', 'curious'])
      tokens[name] = await createToken(env, { name, role: 'read', scope: ['*'] });
    for (const name of ['acme', 'other']) tokens[name] = await createToken(env, { name, role: 'upload', scope: ['*'] });
    wrong = (await tokenCommand(env, 'generate')).out.trim();
    tokens.file = (await tokenCommand(env, 'generate')).out.trim();
    const adminTokenFile = join(folder, 'admin-token');
    await writeFile(adminTokenFile, tokens.file, { mode: 0o600 });
    service = await startServiceHere({
      ...env,
      ADMIN_TOKEN_FILE: adminTokenFile,
      TRUST_PROXY: '127.0.0.1',
      MAX_FAILED_LOGINS: '3',
      MAX_REQUESTS_PER_MINUTE: '22',
      MAX_PARALLEL_UPLOADS_PER_TOKEN: '1',
    });
  });
  after(async () => {
    await service?.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (token: string | undefined, address: string) =>
    request(service.url, { headers: { ...(token && bearer(token)), 'X-Forwarded-For': address } });

  it('answer 429 to an address that has sent too many invalid tokens, and let a valid one in from there', async () => {
    for (let i = 0; i < 3; i++) expectError(await ask(wrong, '203.0.113.7'), 401, 'UNAUTHENTICATED');
    const refused = await ask(wrong, '203.0.113.7');
    expectError(refused, 429, 'TOO_MANY_REQUESTS');
    expect(Number(refused.headers.get('retry-after'))).to.be.within(30, 60);
    expect((await ask(tokens.reader, '203.0.113.7')).status).to.equal(200);
    expectError(await ask(wrong, '203.0.113.8'), 401, 'UNAUTHENTICATED');
  });

  it('do not count requests without a token as failed logins', async () => {
    for (let i = 0; i < 5; i++) expectError(await ask(undefined, '203.0.113.9'), 401, 'UNAUTHENTICATED');
    expectError(await ask(wrong, '203.0.113.9'), 401, 'UNAUTHENTICATED');
  });

  it('answer 503 to a second upload of a token, and let another token upload', async () => {
    for (const busy of [tokens.acme!, tokens.file!]) {
      const running = await rawConnection(service.url);
      const head = { ...bearer(busy), 'Content-Length': '100000', Expect: '100-continue' };
      await running.send(uploadHead('pt_xyz', '', head).split('--xyz')[0]!);
      await running.receive(/^HTTP\/1\.1 100 /);
      const refused = await upload(service.url, sampleZip(), { headers: bearer(busy) });
      expectError(refused, 503, 'TOO_MANY_UPLOADS');
      expect(refused.headers.get('retry-after')).to.equal('5');
      expect((await upload(service.url, sampleZip(), { headers: bearer(tokens.other!) })).status).to.equal(201);
      running.socket.destroy();
      await until(
        'room',
        async () => (await upload(service.url, sampleZip(), { headers: bearer(busy) })).status === 201,
      );
    }
  });

  for (const name of ['busy', 'file'])
    it(`answer 429 to a token that sends too many requests, and go on answering others (${name === 'file' ? 'ADMIN_TOKEN_FILE' : 'a token of the history'})`, async () => {
      let status = 200;
      for (let i = 0; i <= 22 && status === 200; i++) ({ status } = await ask(tokens[name], '203.0.113.10'));
      expect(status).to.equal(429);
      const refused = await ask(tokens[name], '203.0.113.11');
      expectError(refused, 429, 'TOO_MANY_REQUESTS');
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60);
      expect((await ask(tokens.reader, '203.0.113.10')).status).to.equal(200);
    });

  it('let a token have 20 subscriptions, and leave room for those of other tokens', async () => {
    const leave = new AbortController();
    const query = encodeURIComponent('subscription { backupReceived { id } }');
    const listen = async (name: string) => {
      const headers = { ...bearer(tokens[name]!), accept: 'text/event-stream' };
      const { body } = await fetch(`${service.url}/graphql?query=${query}`, { headers, signal: leave.signal });
      return body!.pipeThrough(new TextDecoderStream()).getReader();
    };
    try {
      for (let i = 0; i < 20; i++) await listen('listener');
      const refused = await textOf(await listen('listener'));
      expect(refused).to.include('TOO_MANY_SUBSCRIPTIONS').and.to.include('The token listener already has 20');
      const other = await listen('curious');
      await upload(service.url, sampleZip(), { headers: bearer(tokens.other!) });
      expect(await textOf(other)).to.include('"backupReceived":{"id":');
    } finally {
      leave.abort();
    }
  });

  it('refuse before an upload is invited: without a token, with a wrong one, or with a role that may not', async () => {
    for (const [headers, status] of [
      [{}, 401],
      [bearer(wrong), 401],
      [bearer(tokens.reader!), 403],
      [bearer(tokens.busy!), 429],
    ] as const) {
      const connection = await rawConnection(service.url);
      const fields = {
        ...headers,
        'Content-Length': '100000',
        Expect: '100-continue',
        'X-Forwarded-For': '203.0.113.12',
      };
      await connection.send(uploadHead('pt_xyz', '', fields).split('--xyz')[0]!);
      const { input } = await connection.receive(/\r\n\r\n\{/);
      expect(input, String(status)).to.match(new RegExp(`^HTTP/1\\.1 ${status} .*Connection: close`, 's'));
      connection.socket.destroy();
    }
  });
});

describe('a token that stores more than it may within a day', function () {
  this.timeout(30_000);
  const zip = () => sampleZip({ content: Buffer.concat([randomBytes(60_000), DUMP_END]) });
  let folder: string;
  let service: ServiceHere;
  const tokens: Record<string, string> = {};
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-bytes-');
    const env = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    for (const name of ['stolen', 'other'])
      tokens[name] = await createToken(env, { name, role: 'upload', scope: ['*'] });
    service = await startServiceHere({ ...env, MAX_BYTES_PER_DAY_PER_TOKEN: '250000' });
  });
  afterEach(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });
  const send = (name: string, sent = zip()) => upload(service.url, sent, { headers: bearer(tokens[name]!) });

  it('gets 429 with the time to wait, and keeps no one else from storing', async () => {
    const first = zip();
    expect((await send('stolen', first)).status).to.equal(201);
    // What was stored before is stored once.
    for (let i = 0; i < 5; i += 1) expect((await send('stolen', first)).status).to.equal(200);
    for (let i = 0; i < 2; i += 1) expect((await send('stolen')).status).to.equal(201);
    const refused = await send('stolen');
    expectError(refused, 429, 'TOO_MANY_BYTES');
    expect(Number(refused.headers.get('retry-after'))).to.be.within(86_000, 86_400);
    expect(refused.json.message).to.contain('The token stolen');
    expect((await send('other')).status).to.equal(201);
  });

  it('is refused before its body where that says how long it is, and else in the middle', async () => {
    const head = (headers: Record<string, string>) =>
      uploadHead('pt_xyz', '', { ...bearer(tokens.stolen!), ...headers });
    const announced = await rawConnection(service.url);
    await announced.send(head({ 'Content-Length': '900000', Expect: '100-continue' }).split('--xyz')[0]!);
    const { input } = await announced.receive(/\r\n\r\n\{.*\}/);
    expect(input).to.match(/^HTTP\/1\.1 429 .*"TOO_MANY_BYTES"/s);
    announced.socket.destroy();
    const chunked = await rawConnection(service.url);
    const [start, part] = uploadHead('pt_xyz', zip().fileName, {
      ...{ ...bearer(tokens.stolen!), 'Transfer-Encoding': 'chunked' },
    }).split('\r\n\r\n--xyz') as [string, string];
    const chunk = (bytes: Buffer) =>
      chunked.send(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
    await chunked.send(`${start}\r\n\r\n`);
    await chunk(Buffer.concat([Buffer.from(`--xyz${part}`), randomBytes(200_000)]));
    await chunk(randomBytes(100_000));
    await chunked.receive(/^HTTP\/1\.1 429 .*"TOO_MANY_BYTES"/s);
    chunked.socket.destroy();
    await until('room', async () => (await send('stolen')).status === 201);
  });

  it('counts reports, too', async () => {
    const headers = { ...bearer(tokens.stolen!), 'content-type': 'application/json' };
    const statuses = new Set<number>();
    for (let i = 0; i < 20; i += 1) {
      const backup = { id: null, file_name: zip().fileName, zip_sha256: null };
      const body = JSON.stringify(sampleRestore({ database: 'pt_xyz', backup }));
      statuses.add((await request(`${service.url}/-/restores`, { method: 'POST', headers, body })).status);
    }
    expect([...statuses]).to.deep.equal([201, 429]);
  });

  it('may still report its run then, but not runs without end', async function () {
    this.timeout(60_000);
    while ((await send('stolen')).status === 201);
    const headers = { ...bearer(tokens.stolen!), 'content-type': 'application/json' };
    const texts = { message: 'm'.repeat(1000), advice: 'a'.repeat(1000) };
    const outcomes = Array.from({ length: 3_000 }, (_, i) => sampleFailure(`pt_${i}`, texts));
    const report = async (sent: typeof outcomes) => {
      const body = JSON.stringify(sampleRun([], { roster: null, exit_code: 2, outcomes: sent }));
      return request(`${service.url}/-/runs`, { method: 'POST', headers, body });
    };
    expect((await report(outcomes.slice(0, 1))).status).to.equal(201);
    let last = await report(outcomes);
    for (let i = 0; i < 12 && last.status === 201; i += 1) last = await report(outcomes);
    expectError(last, 429, 'TOO_MANY_BYTES');
  });
});

describe('a service that had no tokens, behind a proxy', () => {
  it('refuses what comes through the proxy until the first token is made, and then answers those who have it', async () => {
    const folder = await makeMemoryFolder('lumbung-proxied-');
    const env = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    const service = await startServiceHere(env);
    try {
      const proxied = { 'X-Forwarded-For': '203.0.113.7' };
      expectError(await request(service.url, { headers: proxied }), 403, 'TOKEN_NEEDED_BEHIND_PROXY');
      const token = await createToken(env, { name: 'admin', role: 'admin' });
      await sleep(1_000);
      expectError(await request(service.url, { headers: proxied }), 401, 'UNAUTHENTICATED');
      expect((await request(service.url, { headers: { ...proxied, ...bearer(token) } })).status).to.equal(200);
    } finally {
      await service.stop();
      await rm(folder, { recursive: true });
    }
  });
});

/** @returns what came with the first event */
async function textOf(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = '';
  while (!text.includes('data')) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
  }
  return text;
}
