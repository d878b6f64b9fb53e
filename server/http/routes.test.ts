import { rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { rawConnection, rawRequest } from '../../testing/service/raw-http.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

describeOnAnyStore('routes', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
    await upload(app.url, sampleZip());
  });
  after(() => app[Symbol.asyncDispose]());

  it('answers 404 to an unknown path', async () => {
    for (const path of ['/a/b', '/1/downloads', '/1/download/x', '/-/nothing', '/pt_xyz/download/..%2f', '/graphql/x'])
      expectError(await request(app.url + path), 404, 'ROUTE_NOT_FOUND');
  });

  it('answers 405 with Allow to another method of a known path', async () => {
    const allowed = {
      '/': 'HEAD, GET, OPTIONS',
      '/pt_xyz': 'HEAD, GET, POST, OPTIONS',
      '/1/download': 'HEAD, GET, OPTIONS',
      '/-/healthy': 'HEAD, GET, OPTIONS',
    };
    for (const [path, want] of Object.entries(allowed))
      for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
        const answer = await request(app.url + path, { method });
        expectError(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.headers.get('allow')).to.equal(want);
      }
    expectError(await request(app.url, { method: 'POST' }), 405, 'METHOD_NOT_ALLOWED');
  });

  it('answers OPTIONS with the allowed methods', async () => {
    const answer = await request(`${app.url}/1/download`, { method: 'OPTIONS' });
    expect(answer.status).to.equal(204);
    expect(answer.headers.get('allow')).to.equal('HEAD, GET, OPTIONS');
    expectError(await request(`${app.url}/a/b`, { method: 'OPTIONS' }), 404, 'ROUTE_NOT_FOUND');
  });

  it('answers 400 to a path that is not percent-encoded UTF-8', async () => {
    for (const path of ['/%zz', '/%', '/%E2%82', '/%ff/download', '/%C0%AE%C0%AE'])
      expectError(await request(app.url + path), 400, 'MALFORMED_URL');
  });

  it('gives no file for any path with tricks', async () => {
    const secret = `${app.storageDir}/../secret.zip`;
    await writeFile(secret, 'secret');
    const targets = [
      '/../secret.zip',
      '/..',
      '/%2e%2e',
      '/%2e%2e/download',
      '/..%2f..%2fetc%2fpasswd',
      '/..%5c..%5csecret.zip',
      '/pt_xyz%2f..%2f..%2fsecret.zip/download',
      '/pt_xyz%00',
      '/1%00/download',
      '/....//secret.zip/download',
      `/${'a'.repeat(5000)}`,
      `/${'%2e%2e%2f'.repeat(500)}`,
      'http://evil.example/..',
      'http://localhost/..',
    ];
    for (const target of targets)
      for (const method of ['GET', 'HEAD', 'POST']) {
        const { status, body } = await rawRequest(app.url, target, method);
        expect([400, 404, 405, 411, 415, 421, 422], `${method} ${target}`).to.include(status);
        if (method !== 'HEAD') expect(JSON.parse(body), target).to.have.keys('message', 'code', 'errors');
        expect(body).to.not.contain('root:').and.not.contain('secret.zip":');
      }
    await rm(secret);
  });

  it('answers requests with invalid addresses, and goes on', async () => {
    for (const target of ['http://[/', 'http://%@x/', 'http://%%00@pt_xyz\\', 'http://[']) {
      const { status, body } = await rawRequest(app.url, target, 'GET');
      expect(status, target).to.equal(400);
      expect(JSON.parse(body).code, target).to.be.oneOf(['MALFORMED_URL', 'MALFORMED_REQUEST']);
    }
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(app.log.filter(({ path }) => path === 'http://[/')).to.have.length(1);
    expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
  });

  it('answers in JSON to bytes that are not HTTP', async () => {
    const broken = {
      MALFORMED_REQUEST: 'GARBAGE\r\n\r\n',
      HEADERS_TOO_LARGE: `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    };
    for (const [code, bytes] of Object.entries(broken)) {
      const connection = await rawConnection(app.url);
      await connection.send(bytes);
      const answer = await connection.ended();
      expect(JSON.parse(answer.slice(answer.indexOf('{')))).to.include({ code });
    }
  });

  it('gives each request an id, its own or that of a proxy', async () => {
    const named = await request(app.url, { headers: { 'x-request-id': 'proxy-7' } });
    expect(named.headers.get('x-request-id')).to.equal('proxy-7');
    const own = (await request(app.url, { headers: { 'x-request-id': 'a b\t{}' } })).headers.get('x-request-id');
    expect(own).to.match(/^[\da-f-]{36}$/);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(app.log.find(line => line.request_id === own)).to.include({ method: 'GET', path: '/', status: 200 });
  });

  it('is healthy and ready', async () => {
    expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    expect((await request(`${app.url}/-/ready`)).status).to.equal(200);
    expect(await app.storedZips()).to.have.length(1);
  });
});

describeOnAnyStore('what goes wrong inside', store => {
  it('answers 500 without details, and logs them with the request id', async () => {
    await using app = await runApp(store, {
      storage: {
        checkUsable: async () => {},
        open: async () => {
          throw new Error('the inner secret');
        },
      } as never,
    });
    const em = app.history.em.fork();
    await em.execute('insert into `databases` (name) values (?)', ['x']);
    await em.execute(
      "insert into backups (database_id, file_name, taken_at, received_at, size, sha256) values (1, 'f', '2023-01-01 00:00:00', '2023-01-01 00:00:00', 1, ?)",
      ['0'.repeat(64)],
    );
    const answer = await request(`${app.url}/1/download`);
    expectError(answer, 500, 'INTERNAL_ERROR');
    expect(answer.text).to.not.contain('secret');
    const requestId = answer.headers.get('x-request-id')!;
    expect(answer.json.message).to.contain(requestId);
    const line = app.log.find(line => line.level === 50);
    expect(line).to.include({ request_id: requestId });
    expect(line?.err).to.have.property('stack').to.contain('the inner secret');
  });

  it('answers 503 while the storage is not writable', async () => {
    await using app = await runApp(store);
    await rm(app.storageDir, { recursive: true });
    await writeFile(app.storageDir, 'in the way');
    try {
      expectError(await request(`${app.url}/-/ready`), 503, 'STORAGE_UNAVAILABLE');
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    } finally {
      await rm(app.storageDir);
    }
  });
});
