import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { BrowserHere, csrfIn, FORM } from '../../testing/service/browser-here.ts';
import { upload } from '../../testing/service/requests.ts';
import { runApp } from '../../testing/service/running-app.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const PAGE = '/-/ui/settings';
const DUMP_END = Buffer.from('\n-- Dump completed\n');
/** As a proxy on this machine forwards requests from elsewhere. */
const OVER_TLS = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
const IN_CLEAR = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.7' };

describe('the sign-in to the dashboard', () => {
  let folder: string;
  let env: Record<string, string>;
  let service: ServiceHere;
  const tokens: Record<string, string> = {};
  before(async () => {
    folder = await makeMemoryFolder('lumbung-sign-in-');
    env = {
      ...{ DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') },
      ...{ TRUST_PROXY: '127.0.0.1', PUBLIC_HOSTS: 'backups.example.com' },
    };
    tokens.boss = await createToken(env, { name: 'boss', role: 'admin' });
    tokens.reader = await createToken(env, { name: 'reader', role: 'read', scope: ['acme_*'] });
    tokens.uploader = await createToken(env, { name: 'uploader', role: 'upload', scope: ['acme_*'] });
    using store = new DatabaseSync(join(folder, 'history.sqlite'));
    store.exec(`insert into sessions (hash, token_hash, token, created_at, last_seen_at, address, browser)
      values ('old', 'x', 'x', 1000, 1000, '::1', ''), ('new', 'x', 'x', ${Date.now()}, ${Date.now()}, '::1', '')`);
    service = await startServiceHere(env);
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const browse = (headers: Record<string, string> = {}) => new BrowserHere(service.url, headers);
  const signedIn = async (token = tokens.boss!, headers: Record<string, string> = {}) => {
    const browser = browse(headers);
    await browser.signIn(token);
    return browser;
  };
  const audited = async (action: string) => {
    const query = `{ auditEntries(first: 1, filter: { action: ${action} }) { nodes { token result detail address } } }`;
    const answer = await fetch(`${service.url}/graphql`, {
      ...{ method: 'POST', body: JSON.stringify({ query }) },
      headers: { 'content-type': 'application/json', ...bearer(tokens.boss!) },
    });
    const { data } = (await answer.json()) as { data: { auditEntries: { nodes: Array<Record<string, unknown>> } } };
    return data.auditEntries.nodes[0];
  };

  it('is asked for where a page needs it, and leads back to that page', async () => {
    const browser = browse();
    const asked = await browser.get(`${PAGE}?page=2`);
    expect([asked.status, asked.location]).to.deep.equal([303, '/-/ui/sign-in?next=%2Fsettings%3Fpage%3D2']);
    const page = await browser.get(asked.location!);
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('name="next" value="/settings?page=2"').and.not.contain('<nav');
    const done = await browser.post('/-/ui/sign-in', { token: ` ${tokens.boss}\r\n`, next: '/settings?page=2' });
    expect([done.status, done.location]).to.deep.equal([303, `${PAGE}?page=2`]);
    expect((await browser.get(PAGE)).text).to.contain('Signed in as boss');
    expect((await browser.get('/-/ui/sign-in')).location).to.equal('/-/ui');
    await until('the token of the last entry', async () => (await audited('sign_in'))?.token === 'boss');
    expect(await audited('sign_in')).to.deep.include({ result: 'done', address: '127.0.0.1' });
  });

  it('never leads to another site', async () => {
    const done = await browse().post('/-/ui/sign-in', { token: tokens.boss!, next: '//evil.example/x' });
    expect(done.location).to.equal('/-/ui');
    const page = await browse().get('/-/ui/sign-in?next=https://evil.example');
    expect(page.text).to.contain('name="next" value="/"');
  });

  it('gives a cookie that no script reads and no other site sends along', async () => {
    const local = await browse().post('/-/ui/sign-in', { token: tokens.boss! });
    expect(local.headers.getSetCookie()).to.have.length(1);
    expect(local.headers.getSetCookie()[0]).to.match(/^lumbung_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await browse(OVER_TLS).post('/-/ui/sign-in', { token: tokens.boss! });
    expect(secure.headers.getSetCookie()[0]).to.match(
      /^__Host-lumbung=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it('is refused without TLS from another machine, before a token is looked at', async () => {
    const browser = browse(IN_CLEAR);
    const page = await browser.get('/-/ui/sign-in');
    expect(page.status).to.equal(403);
    expect(page.text).to.contain('Sign-in needs an encrypted connection').and.not.contain('<input');
    const sent = await browser.post('/-/ui/sign-in', { token: tokens.boss! });
    expect([sent.status, sent.headers.getSetCookie()]).to.deep.equal([403, []]);
    expect(sent.text).to.contain('rotate it').and.not.contain(tokens.boss!);
  });

  it('is refused under a different name than that of the machine itself: a proxy may have brought it from elsewhere', async () => {
    const asked = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const request = httpRequest(`${service.url}/-/ui/sign-in`, { headers: { host } });
        request.once('response', response => resolve(response.resume().statusCode!)).once('error', reject);
        request.end();
      });
    expect(await asked('backups.example.com')).to.equal(403);
    expect(await asked('192.0.2.1')).to.equal(403);
    for (const host of ['localhost', '127.0.0.2:80', '[::1]']) expect(await asked(host), host).to.equal(200);
  });

  it('takes a session only over the kind of connection on which it began', async () => {
    const local = await signedIn();
    const [[, value]] = [...local.cookies] as [[string, string]];
    const shows = async (name: string, headers: Record<string, string>) => {
      const browser = browse(headers);
      browser.cookies.set(name, value);
      return (await browser.get(PAGE)).status;
    };
    expect(await shows('lumbung_session', {})).to.equal(200);
    expect(await shows('lumbung_session', IN_CLEAR)).to.equal(303);
    expect(await shows('lumbung_session', OVER_TLS)).to.equal(303);
    expect(await shows('__Host-lumbung', {})).to.equal(303);
  });

  it('refuses a token that is wrong, revoked, or may only upload, and never shows it', async () => {
    const revoked = await createToken(env, { name: 'gone', role: 'read', scope: ['*'] });
    await tokenCommand(env, 'revoke', 'gone');
    const unknown = (await tokenCommand(env, 'generate')).out.trim();
    for (const [token, status, text] of [
      ['', 400, 'Paste a token here'],
      ['"><script>', 401, 'mistyped'],
      [unknown, 401, 'not one of this service'],
      [revoked, 401, 'The token gone was revoked on'],
      [tokens.uploader!, 403, 'may only upload'],
    ] as const) {
      const answer = await browse().post('/-/ui/sign-in', { token, next: '/settings' });
      expect(answer.status, text).to.equal(status);
      expect(answer.text).to.contain(text).and.contain('aria-invalid').and.contain('value="/settings"');
      if (token !== '') expect(answer.text).to.not.contain(token);
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
    }
    expect(service.output()).to.not.contain(unknown).and.not.contain(revoked);
  });

  it('never takes a token from the address', async () => {
    for (const path of [`${PAGE}?token=${tokens.boss}`, `/-/ui/sign-in?token=${tokens.boss}`]) {
      const answer = await browse().get(path);
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      expect(answer.text).to.not.contain('Signed in');
    }
    const posted = await browse().send('POST', `/-/ui/sign-in?token=${tokens.boss}`, {
      ...{ headers: FORM, body: 'next=/' },
    });
    expect(posted.status).to.equal(400);
  });

  it('counts failures like those of tokens in a header', async () => {
    const refuse = async () => ({ refusal: 'The token is not one of this service' });
    const access = { isOpen: async () => false, find: refuse, findByHash: refuse, refusesForwarded: false };
    const auditing = { refusalsMs: 20 };
    await using app = await runApp(HISTORY_STORES[0]!, { access, limits: { maxFailedLogins: 3 }, auditing });
    const browser = new BrowserHere(app.url);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await browser.post('/-/ui/sign-in', { token: 'x' })).status);
    expect(statuses).to.deep.equal([401, 401, 401, 429]);
    expect((await browser.get('/-/status', bearer('x'))).status).to.equal(429);
    expect((await browser.get('/-/ui/sign-in')).status).to.equal(200);
    const read = () =>
      app.history.em.getConnection().execute('select action, result, sum(count) as n from audit_entries group by 1, 2');
    const entry = { action: 'sign_in', result: 'refused', n: 4 };
    const hasEntry = async () => JSON.stringify(await read()).includes(JSON.stringify(entry));
    await until('all four refusals are in the trail', hasEntry);
  });

  it('is bounded for a token that signs in again and again', async () => {
    const principal = { tokenId: 1, name: 'boss', role: 'admin', scope: ['*'] } as const;
    const find = async () => ({ principal });
    const access = { isOpen: async () => false, find, findByHash: find, refusesForwarded: false };
    await using app = await runApp(HISTORY_STORES[0]!, { access, limits: { maxRequestsPerMinute: 2 } });
    const statuses = [];
    for (let n = 0; n < 3; n += 1)
      statuses.push((await new BrowserHere(app.url).post('/-/ui/sign-in', { token: 'x' })).status);
    expect(statuses).to.deep.equal([303, 303, 429]);
  });

  it('leaves no session in the history that has ended by itself', async () => {
    const hashes = () => {
      using store = new DatabaseSync(join(folder, 'history.sqlite'));
      return store
        .prepare('select hash from sessions')
        .all()
        .map(({ hash }) => hash);
    };
    await until('the old one is gone', () => !hashes().includes('old'));
    expect(hashes()).to.include('new');
  });

  it('begins a new session each time: one that was planted in a browser is not taken over', async () => {
    const browser = browse();
    browser.cookies.set('lumbung_session', 'A'.repeat(43));
    await browser.signIn(tokens.boss!);
    const first = browser.cookies.get('lumbung_session');
    expect(first).to.not.equal('A'.repeat(43));
    await browser.signIn(tokens.reader!);
    expect(browser.cookies.get('lumbung_session')).to.not.equal(first);
    expect((await browser.get(PAGE)).text).to.contain('Signed in as reader');
    const old = browse();
    old.cookies.set('lumbung_session', first!);
    expect((await old.get(PAGE)).status, 'the session that was replaced').to.equal(303);
  });

  it('takes no cookie that is forged, doubled or huge', async () => {
    const [[name, value]] = [...(await signedIn()).cookies] as [[string, string]];
    for (const cookie of [
      ...[`${name}=${'x'.repeat(8_000)}`, `${name}=${value}x`, `${name}=`, name, `${name}="${value}"`, `=${value}`],
      ...[`${name}=${value}; ${name}=${'A'.repeat(43)}`, `${name}=${'A'.repeat(43)}; ${name}=${value}`],
      ...[`${name}=${value.slice(0, -1)}`, `${name}=%00`, `x${name}=${value}`, `${name.toUpperCase()}=${value}`],
    ]) {
      const { status } = await browse().get(PAGE, { cookie });
      expect(status, cookie.slice(0, 80)).to.equal(303);
    }
    expect((await browse().get(PAGE, { cookie: `a=1; ${name}=${value};;` })).status).to.equal(200);
  });

  it('counts under /-/ui only: neither for REST nor for GraphQL', async () => {
    const browser = await signedIn();
    for (const path of ['/', '/-/status', '/-/whoami', '/graphql?query={__typename}', '/-/uix', '/-/metrics'])
      expect((await browser.get(path, { accept: '*/*' })).status, path).to.equal(401);
    const graphiql = await browser.get('/graphql?query={__typename}');
    expect(graphiql.text.trimStart()).to.match(/^<!doctype html>/);
    const tricks = [
      '/-/ui/../status',
      '/-/ui/%2e%2e/status',
      '/-/ui//../../-/status',
      '/-/ui/..%2f..%2f',
      '//-/ui/settings',
    ];
    for (const path of tricks) expect([303, 401, 404], path).to.include((await browser.get(path)).status);
    expect((await browser.send('POST', '/-/scrub')).status).to.equal(401);
  });

  it('ends by signing out: the session is gone, not only its cookie', async () => {
    const browser = await signedIn();
    const stolen = browse();
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await stolen.get(PAGE)).status).to.equal(200);
    const out = await browser.post('/-/ui/sign-out', {}, PAGE);
    expect([out.status, out.location]).to.deep.equal([303, '/-/ui/sign-in']);
    expect(browser.cookies.size).to.equal(0);
    const asked = await stolen.get(PAGE);
    expect(asked.location).to.contain('ended=yes');
    expect((await stolen.get(asked.location!)).text).to.contain('Your session has ended');
    await until('the token of the last entry', async () => (await audited('sign_out'))?.token === 'boss');
  });

  it('ends with its token: revoked or expired', async () => {
    const short = await createToken(env, { name: 'short', role: 'read', scope: ['*'] });
    const browser = await signedIn(short);
    expect((await browser.get(PAGE)).status).to.equal(200);
    await tokenCommand(env, 'revoke', 'short');
    await until('the session has ended', async () => (await browser.get(PAGE)).status === 303);
  });

  it('keeps a form of a session that has ended from doing anything, and says so', async () => {
    const browser = await signedIn();
    const csrf = csrfIn((await browser.get(PAGE)).text);
    browser.cookies.clear();
    const answer = await browser.send('POST', '/-/ui/sign-out', { headers: FORM, body: `csrf=${csrf}` });
    expect(answer.status).to.equal(401);
    expect(answer.text).to.contain('Nothing was changed').and.contain('href="/-/ui/sign-in"');
  });

  it('takes a form with the CSRF token of the same session only', async () => {
    const mine = await signedIn();
    const other = await signedIn();
    const csrf = csrfIn((await other.get(PAGE)).text);
    const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      mine.send('POST', '/-/ui/sign-out', { headers: { ...FORM, ...headers }, body: `${new URLSearchParams(fields)}` });
    for (const fields of [{}, { csrf }, { csrf: '' }]) {
      const answer = await send(fields);
      expect(answer.status, JSON.stringify(fields)).to.equal(403);
      expect(answer.text).to.contain('not of the present session');
    }
    const own = csrfIn((await mine.get(PAGE)).text);
    expect((await send({ csrf: own }, { origin: 'https://evil.example' })).status).to.equal(403);
    expect((await mine.get(PAGE)).status, 'still signed in').to.equal(200);
    expect((await send({ csrf: own }, { origin: service.url })).status).to.equal(303);
  });

  it('takes the token of ADMIN_TOKEN_FILE, too, and outlasts a restart of the service, but not another token in the file', async () => {
    const own = await makeMemoryFolder('lumbung-admin-file-');
    const file = join(own, 'token');
    const generate = async () => writeFile(file, (await tokenCommand(env, 'generate')).out, { mode: 0o600 });
    const settings = {
      ...{ DATABASE_URL: await HISTORY_STORES[0]!.url(own), STORAGE_DIR: join(own, 'backups') },
      ADMIN_TOKEN_FILE: file,
    };
    await generate();
    const statuses: number[] = [];
    let cookies: BrowserHere['cookies'] | undefined;
    for (const isNew of [false, false, true]) {
      if (isNew) await generate();
      await using started = await startServiceHere(settings);
      const browser = new BrowserHere(started.url);
      if (!cookies) await browser.signIn(await readFile(file, 'utf8'));
      for (const [name, value] of cookies ?? []) browser.cookies.set(name, value);
      cookies = browser.cookies;
      const page = await browser.get(PAGE);
      statuses.push(page.status);
      if (page.status === 200) expect(page.text).to.contain('Signed in as ADMIN_TOKEN_FILE');
    }
    await rm(own, { recursive: true });
    expect(statuses).to.deep.equal([200, 200, 303]);
  });

  it('is not needed by a request that shows a token in its header', async () => {
    const { status, text } = await browse().get(PAGE, bearer(tokens.reader!));
    expect(status).to.equal(200);
    expect(text).to.contain('Signed in as reader').and.not.contain('/sign-out');
    expect((await browse().get(PAGE, bearer(`${tokens.reader}x`))).status).to.equal(401);
  });

  it('ends a download, too, when its token is revoked or its session is ended', async function () {
    this.timeout(20_000);
    const zip = sampleZip({ database: 'acme_big', content: Buffer.concat([randomBytes(14_000_000), DUMP_END]) });
    const { json } = await upload(service.url, zip, { headers: bearer(tokens.boss!) });
    const { id } = json.data;
    const begun = async (name: string, isBySession: boolean) => {
      const text = await createToken(env, { name, role: 'read', scope: ['*'] });
      const browser = isBySession ? await signedIn(text) : browse(bearer(text));
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = isBySession ? { cookie } : bearer(text);
      const path = isBySession ? `/-/ui/backups/${id}/download` : `/${id}/download`;
      const asked = httpRequest(service.url + path, { headers }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      expect(answer.statusCode).to.equal(200);
      let bytes = 0;
      answer.on('data', piece => {
        bytes += piece.length;
      });
      answer.pause();
      const ended = once(answer, 'close').catch(() => undefined);
      return { browser, resume: () => answer.resume(), ended, bytes: () => bytes };
    };
    const [revoked, byHeader, ended, other] = [
      ...[await begun('leaked', true), await begun('leaked-too', false)],
      ...[await begun('left', true), await begun('stays', true)],
    ];
    for (const name of ['leaked', 'leaked-too']) await tokenCommand(env, 'revoke', name);
    await ended!.browser.post('/-/ui/sign-out', {}, PAGE);
    await sleep(2_100);
    for (const one of [revoked, byHeader, ended, other]) one!.resume();
    await Promise.all([revoked, byHeader, ended, other].map(one => one!.ended));
    for (const one of [revoked, byHeader, ended]) expect(one!.bytes()).to.be.below(zip.bytes.length);
    expect(other!.bytes()).to.equal(zip.bytes.length);
  });
});
