import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { rebuildHere, refusedHere, type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

describe('who may use the service', function () {
  this.timeout(30_000);
  let folder: string;
  let env: Record<string, string>;
  let service: ServiceHere | undefined;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-auth-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await rm(folder, { recursive: true });
  });

  const start = async (more: Record<string, string> = {}) => {
    service = await startServiceHere({ ...env, ...more });
    return service;
  };
  const whoami = async (token?: string) => request(`${service!.url}/-/whoami`, token ? { headers: bearer(token) } : {});

  it('is open on a fresh machine, warns of it once, and shows how to change that', async () => {
    const { url, output } = await start();
    expect((await request(url)).status).to.equal(200);
    expect((await whoami()).json.data).to.deep.equal({
      ...{ name: 'anyone', role: 'admin', scope: ['*'], expires_at: null, mode: 'open' },
    });
    const warnings = output().match(/No token exists: everyone on this machine may read and upload all backups/g);
    expect(warnings).to.have.length(1);
    expect(output()).to.include('sudo lumbung token create --name admin --role admin');
  });

  it('does not start on an address that others reach without a token, unless ALLOW_ANONYMOUS is on', async () => {
    for (const HOST of ['0.0.0.0', '::', 'backups.example.com'])
      expect((await refusedHere({ ...env, HOST })).message, HOST)
        .to.include(`HOST is ${HOST}, and no token exists`)
        .and.include('ALLOW_ANONYMOUS=on');
    await start({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'on' });
    expect(service!.output()).to.include('everyone who reaches the service may read');
    await service!.stop();
    await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
    const { url } = await start({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'on' });
    expectError(await request(url), 401, 'UNAUTHENTICATED');
  });

  it('is closed within a second when the first token is made while it runs, and stays so', async () => {
    const { url } = await start();
    expect((await request(url)).status).to.equal(200);
    const token = await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    await sleep(1_000);
    expectError(await request(url), 401, 'UNAUTHENTICATED');
    expect((await request(url, { headers: bearer(token) })).status).to.equal(200);
    await tokenCommand(env, 'revoke', 'acme');
    await service!.stop();
    const again = await start();
    expectError(await request(again.url), 401, 'UNAUTHENTICATED');
  });

  it('stays closed when the history was lost, and knows the tokens that rebuild has brought back', async () => {
    const token = await createToken(env, { name: 'acme', role: 'read', scope: ['a*'] });
    const { url } = await start();
    expect((await request(url, { headers: bearer(token) })).status).to.equal(200);
    await service!.stop();
    for (const end of ['', '-wal', '-shm']) await rm(join(folder, `history.sqlite${end}`), { force: true });
    expect((await rebuildHere(env)).code).to.equal(0);
    await start();
    expectError(await whoami(), 401, 'UNAUTHENTICATED');
    expect((await whoami(token)).json.data).to.deep.equal({
      ...{ name: 'acme', role: 'read', scope: ['a*'], expires_at: null, mode: 'tokens' },
    });
  });

  it('answers 401 with WWW-Authenticate without a token, and with invalid_token to one that is refused', async () => {
    const token = await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    const other = (await tokenCommand(env, 'generate')).out.trim();
    const { url } = await start({ MAX_FAILED_LOGINS: '1000' });
    const challenge = async (authorization?: string) => {
      const answer = await request(url, authorization === undefined ? {} : { headers: { authorization } });
      expectError(answer, 401, 'UNAUTHENTICATED');
      return answer.headers.get('www-authenticate');
    };
    expect(await challenge()).to.equal('Bearer realm="lumbung"');
    for (const wrong of [`Bearer ${other}`, `Bearer ${token}x`, `Bearer ${token} x`, 'Bearer', `Basic ${token}`, token])
      expect(await challenge(wrong), wrong).to.equal('Bearer realm="lumbung", error="invalid_token"');
    for (const right of [`Bearer ${token}`, `bearer  ${token}`])
      expect((await request(url, { headers: { authorization: right } })).status).to.equal(200);
  });

  it('refuses a request with two headers Authorization, also where one of them is right', async () => {
    const token = await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    const { url } = await start();
    const [right, wrong] = [`Authorization: Bearer ${token}\r\n`, 'Authorization: Basic eDp5\r\n'];
    for (const fields of [right + wrong, wrong + right, right + right]) {
      const connection = await rawConnection(url);
      await connection.send(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`);
      const answer = await connection.ended();
      expect(answer)
        .to.match(/^HTTP\/1.1 401 /)
        .and.to.include('error="invalid_token"');
      expect(answer).to.include('more than one header Authorization');
    }
  });

  it('refuses a token from the instant at which it expires, and within a second after it is revoked', async () => {
    const revoked = await createToken(env, { name: 'revoked', role: 'read', scope: ['*'] });
    const ending = await createToken(env, { name: 'ending', role: 'read', scope: ['*'], expires: '1d' });
    await start();
    expect([(await whoami(revoked)).status, (await whoami(ending)).status]).to.deep.equal([200, 200]);
    await tokenCommand(env, 'revoke', 'revoked');
    await sleep(1_000);
    const answer = await whoami(revoked);
    expectError(answer, 401, 'UNAUTHENTICATED');
    expect(answer.json.message).to.match(/^The token revoked was revoked on \d{4}-/);
    const clock = Date.now;
    try {
      Date.now = () => clock() + 86_400_000;
      const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...args: []) {
          super(...(args.length > 0 ? args : ([clock() + 86_400_000] as unknown as [])));
        }
      } as DateConstructor;
      const late = whoami(ending);
      expectError(await late, 401, 'UNAUTHENTICATED');
      expect((await late).json.message).to.match(/^The token ending has expired on /);
      globalThis.Date = Real;
    } finally {
      Date.now = clock;
    }
  });

  it('refuses a token that was revoked by a command that was killed before it came to the history', async () => {
    const token = await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    await start();
    expect((await whoami(token)).status).to.equal(200);
    const file = join(env['STORAGE_DIR']!, '.lumbung-tokens ');
    const revoked = (await readFile(file, 'utf8')).replace(
      '"revoked_at":null',
      '"revoked_at":"2026-11-29T10:00:00.000Z"',
    );
    await writeFile(file, revoked);
    await until('the token to end', async () => (await whoami(token)).status === 401);
    expect((await tokenCommand(env, 'list')).out).to.match(/^acme +read +revoked/m);
  });

  it('takes the old and the new token while a rotation overlaps', async () => {
    const old = await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    await start();
    const { out } = await tokenCommand(env, 'rotate', 'acme', '--overlap', '1d');
    expect([(await whoami(old)).status, (await whoami(out.trim())).status]).to.deep.equal([200, 200]);
  });

  it('notes when a token was used, once a minute at most', async () => {
    const token = await createToken(env, { name: 'acme', role: 'upload', scope: ['a'] });
    const lastUse = async () =>
      / (never|\d{4}-\d\d-\d\d \d\d:\d\d UTC) +a$/m.exec((await tokenCommand(env, 'list')).out)?.[1];
    expect(await lastUse()).to.equal('never');
    await start();
    await whoami(token);
    await service!.stop();
    expect(await lastUse()).to.match(/^\d{4}-/);
  });

  it('takes the token in ADMIN_TOKEN_FILE, is never open again after it, and refuses a file that holds no token', async () => {
    const file = join(folder, 'admin-token');
    expect((await refusedHere({ ...env, ADMIN_TOKEN_FILE: file })).message)
      .to.include('does not exist')
      .and.include('sudo lumbung token generate');
    await writeFile(file, 'secret\n', { mode: 0o644 });
    expect((await refusedHere({ ...env, ADMIN_TOKEN_FILE: file })).message).to.include('does not hold a token');
    const { out: token } = await tokenCommand(env, 'generate');
    await writeFile(file, token);
    await start({ ADMIN_TOKEN_FILE: file, HOST: '0.0.0.0' });
    expect(service!.output()).to.include('Other users can read ADMIN_TOKEN_FILE');
    expect((await whoami(token.trim())).json.data).to.deep.include({ name: 'ADMIN_TOKEN_FILE', role: 'admin' });
    expectError(await whoami(), 401, 'UNAUTHENTICATED');
    await service!.stop();
    expect(JSON.parse(await readFile(join(env.STORAGE_DIR!, '.lumbung-tokens '), 'utf8')).tokens).to.deep.equal([]);
    await start();
    expectError(await whoami(token.trim()), 401, 'UNAUTHENTICATED');
  });

  it('needs no token for the probes and for the page of GraphiQL, and for its questions one', async () => {
    await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    const { url } = await start();
    for (const path of ['/-/healthy', '/-/ready']) expect((await request(url + path)).status, path).to.equal(200);
    const html = { headers: { accept: 'text/html' } };
    const page = await request(`${url}/graphql?query={databases{totalCount}}`, html);
    expect(page.status).to.equal(200);
    expect(page.headers.get('content-type')).to.include('text/html');
    expectError(await graphql(url, '{ __typename }'), 401, 'UNAUTHENTICATED');
    expectError(await request(`${url}/graphql?query={__typename}`), 401, 'UNAUTHENTICATED');
    await service!.stop();
    const closed = await start({ GRAPHQL_INTROSPECTION: 'off' });
    expectError(await request(`${closed.url}/graphql`, html), 404, 'GRAPHIQL_OFF');
  });

  it('refuses an upload before its body is read', async () => {
    await createToken(env, { name: 'acme', role: 'read', scope: ['*'] });
    const { url } = await start();
    expectError(await upload(url, sampleZip()), 401, 'UNAUTHENTICATED');
    const connection = await rawConnection(url);
    await connection.send(
      'POST /pt_xyz HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 9999999\r\n\r\n',
    );
    await connection.receive(/^HTTP\/1.1 401 /);
  });
});
