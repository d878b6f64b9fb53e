import { expect } from 'chai';
import { BrowserHere, csrfIn, FORM } from '../../testing/service/browser-here.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';

const [SQLITE] = historyStores;

describe('the dashboard of a service without tokens', () => {
  let app: RunningApp;
  let browser: BrowserHere;
  before(async () => {
    app = await runApp(SQLITE!, { configuration: { timezone: 'Asia/Jakarta' } });
    browser = new BrowserHere(app.url);
  });
  after(() => app[Symbol.asyncDispose]());

  it('shows a page in HTML that loads nothing but what the service sends, and that no cache keeps', async () => {
    const { status, headers, text } = await browser.get('/-/ui/settings');
    expect(status, text).to.equal(200);
    expect(headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(headers.get('cache-control')).to.equal('no-store');
    const policy = headers.get('content-security-policy')!;
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy).to.contain(part);
    expect(policy).to.not.contain('unsafe');
    expect(headers.get('x-frame-options')).to.equal('DENY');
    expect(headers.get('referrer-policy'), 'with no-referrer browsers send forms from `null`').to.equal('same-origin');
    expect(text).to.match(/^<!doctype html>\n<html lang="en"/);
    expect(text.match(/<h1>/g)).to.have.length(1);
    expect(text).to.not.match(/<script>|style=|\son\w+="|https?:\/\/(?!www\.w3\.org)/);
  });

  it('names in its commands the host that was checked, and never what a field of the request says beside it', async () => {
    const port = new URL(app.url).port;
    const connection = await rawConnection(app.url);
    const head = [
      `GET http://[::1]:${port}/-/ui/drills HTTP/1.1`,
      'Host: evil.example',
      'X-Forwarded-Host: evil.example',
    ];
    await connection.send(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`);
    const page = await connection.ended();
    expect(page).to.contain(`--server &#39;http://[::1]:${port}&#39;<`).and.to.not.contain('evil');
    const old = await rawConnection(app.url);
    await old.send('GET /-/ui/drills HTTP/1.0\r\n\r\n');
    expect(await old.ended()).to.contain(`--server ${app.url}<`);
  });

  it('shows the versions and the licences of what it is made of', async () => {
    const { text } = await browser.get('/-/ui/settings');
    expect(text).to.match(/<th scope="row">Lumbung<\/th><td>[\d.]+<\/td><td>MIT<\/td>/);
    expect(text).to.match(/<th scope="row">koa<\/th><td>3\.[\d.]+<\/td><td>MIT<\/td>/);
  });

  it('sends its style and its scripts for a year, under names that follow from their content', async () => {
    const { text } = await browser.get('/-/ui/settings');
    const addresses = [...text.matchAll(/(?:href|src)="(\/-\/ui\/assets\/[^"]+)"/g)].map(([, address]) => address!);
    expect(addresses.some(address => /\/style-[0-9a-f]{16}\.css$/.test(address))).to.equal(true);
    let bytes = 0;
    for (const address of addresses) {
      const { status, headers, text } = await browser.get(address);
      expect(status, address).to.equal(200);
      expect(headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
      expect(headers.get('content-type')).to.match(/^text\/(css|javascript); charset=utf-8$/);
      expect(
        (
          await browser.get(address, {
            ...{ 'if-none-match': headers.get('etag')!, 'cache-control': 'max-age=0' },
          })
        ).status,
      ).to.equal(304);
      bytes += text.length;
    }
    expect(bytes).to.be.below(50_000);
  });

  it('has no file at any other name, wherever that leads', async () => {
    const names = [
      'style.css',
      'x',
      '..%2Fweb-routes.ts',
      '%2e%2e%2fweb-routes.ts',
      '..%5cweb.ts',
      '%00',
      '.',
      'a%2f..%2fstyle.css',
    ];
    for (const name of names) {
      const { status, headers } = await browser.get(`/-/ui/assets/${name}`);
      expect([404, 303], name).to.include(status);
      expect(headers.get('content-type') ?? 'text/html', name).to.contain('text/html');
    }
  });

  it('answers errors by a page, with the status of the error', async () => {
    const missing = await browser.get('/-/ui/nowhere/%3Cscript%3Ealert(1)%3C/script%3E');
    expect(missing.status).to.equal(404);
    expect(missing.headers.get('content-type')).to.contain('text/html');
    expect(missing.text).to.not.contain('<script>alert');
    expect(missing.text).to.contain('There is nothing here');
    for (const [method, path, status] of [
      ['DELETE', '/-/ui/settings', 405],
      ['GET', '/-/ui/%zz', 400],
    ] as const) {
      const answer = await browser.send(method, path);
      expect(answer.status, path).to.equal(status);
      expect(answer.text, path).to.match(/^<!doctype html>/);
    }
    expect((await browser.get('/nowhere')).headers.get('content-type')).to.contain('json');
  });

  it('answers HEAD as GET, and OPTIONS with the methods', async () => {
    const head = await browser.send('HEAD', '/-/ui/settings');
    expect([head.status, head.text]).to.deep.equal([200, '']);
    const options = await browser.send('OPTIONS', '/-/ui/settings');
    expect([options.status, options.headers.get('allow')]).to.deep.equal([204, 'HEAD, GET, OPTIONS']);
  });

  it('speaks the language of the browser, or the one that was chosen, and remembers it', async () => {
    const reader = new BrowserHere(app.url, { 'accept-language': 'in-ID,id;q=0.9,en;q=0.8' });
    expect((await reader.get('/-/ui/settings')).text).to.contain('<html lang="id"');
    const chosen = await reader.get('/-/ui/settings?lang=en&page=2');
    expect([chosen.status, chosen.location]).to.deep.equal([303, '/-/ui/settings?page=2']);
    expect(chosen.headers.get('set-cookie')).to.match(
      /^lumbung_lang=en; Path=\/-\/ui; Max-Age=31536000; HttpOnly; SameSite=Lax$/,
    );
    expect((await reader.get('/-/ui/settings')).text).to.contain('<html lang="en"');
    expect((await reader.get('/-/ui/settings?lang=xx')).status).to.equal(200);
  });

  it('shows times in the zone of the service, or in UTC', async () => {
    const reader = new BrowserHere(app.url, { 'accept-language': 'id' });
    expect((await reader.get('/-/ui/settings')).text).to.match(/Dibuat [^<]* WIB/);
    await reader.get('/-/ui/settings?zone=utc');
    expect((await reader.get('/-/ui/settings')).text).to.match(/Dibuat [^<]* UTC/);
  });

  it('takes a form from its own page only: with the token of the page, and from its own origin', async () => {
    const page = '/-/ui/settings';
    const body = (csrf: string) => new URLSearchParams({ csrf }).toString();
    const own = csrfIn((await browser.get(page)).text);
    const send = (headers: Record<string, string>, text: string) =>
      browser.send('POST', '/-/ui/sign-out', { headers: { ...FORM, ...headers }, body: text });
    for (const [headers, text, status] of [
      [{}, '', 403],
      [{}, body('wrong'), 403],
      [{}, `${body(own)}&${body(own)}`, 403],
      [{ origin: 'https://evil.example' }, body(own), 403],
      [{ 'sec-fetch-site': 'cross-site' }, body(own), 403],
      [{ 'content-type': 'text/plain' }, body(own), 415],
      [{}, `${body(own)}&x=${'x'.repeat(17_000)}`, 413],
    ] as const)
      expect((await send(headers, text)).status, JSON.stringify([headers, text.slice(0, 40)])).to.equal(status);
  });

  it('leads everywhere behind the path of PUBLIC_URL', async () => {
    await using behind = await runApp(SQLITE!, { publicUrl: new URL('https://x.example/lumbung/') });
    const reader = new BrowserHere(behind.url);
    const { text } = await reader.get('/-/ui/settings/tokens');
    const addresses = [...text.matchAll(/(?:href|src|action|data-live)="(\/[^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter(address => !address.startsWith('/lumbung/-/ui'))).to.deep.equal([]);
    expect(addresses.length).to.be.above(10);
    const headers = { ...FORM, origin: 'https://x.example' };
    const done = await reader.send('POST', '/-/ui/sign-out', { headers, body: `csrf=${csrfIn(text)}` });
    expect([done.status, done.location]).to.deep.equal([303, '/lumbung/-/ui/sign-in']);
    const chosen = await reader.get('/-/ui/settings?lang=id');
    expect(chosen.location).to.equal('/lumbung/-/ui/settings');
    expect(chosen.headers.get('set-cookie')).to.contain('Path=/lumbung/-/ui;');
    expect((await reader.get('/')).headers.get('link')).to.contain('</lumbung/-/ui>');
  });

  it('asks no one to sign in', async () => {
    const { status, location } = await browser.get('/-/ui/sign-in?next=%2Fsettings');
    expect([status, location]).to.deep.equal([303, '/-/ui/settings']);
  });

  it('tells browsers at the root where it is', async () => {
    const { headers } = await browser.get('/');
    expect(headers.get('link')).to.equal('</-/ui>; rel="alternate"; type="text/html"');
  });
});
