import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

const [SQLITE] = historyStores;
const QUERY = '/graphql?query=%7B__typename%7D';
const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';

describe('a request that a browser sends', () => {
  let app: RunningApp;
  /** As the service sees it in `Host`. */
  let own: string;
  before(async () => {
    app = await runApp(SQLITE!, { publicUrl: new URL('https://backups.example.com/lumbung/') });
    own = new URL(app.url).host;
    await upload(app.url, sampleZip());
  });
  after(() => app[Symbol.asyncDispose]());

  /** Over node:http, since fetch does not let these fields be set. */
  async function send(method: string, path: string, headers: OutgoingHttpHeaders, body = '', url = app.url) {
    const asked = httpRequest(url + path, { method, headers });
    const [response] = await new Promise<[import('node:http').IncomingMessage]>((resolve, reject) => {
      asked.once('response', response => resolve([response])).once('error', reject);
      asked.end(body);
    });
    const answer = await text(response);
    return { status: response.statusCode, headers: response.headers, text: answer };
  }

  const json = { 'content-type': 'application/json' };
  const query = '{"query":"{__typename}"}';

  /** @returns the statuses of all that changes or costs something: an upload, a scrub, GraphQL by POST and by GET */
  async function statuses(headers: OutgoingHttpHeaders) {
    const zip = sampleZip();
    const form = new Response(formOf(zip));
    const type = form.headers.get('content-type')!;
    const body = await form.bytes();
    const uploaded = await send('POST', '/pt_xyz', { ...headers, 'content-type': type }, body as never);
    const scrub = await send('POST', '/-/scrub', headers);
    const posted = await send('POST', '/graphql', { ...headers, ...json }, query);
    const got = await send('GET', QUERY, { accept: '*/*', ...headers });
    return [uploaded, scrub, posted, got].map(({ status }) => status);
  }

  it('is allowed everything when it comes from the service itself, or names no origin', async () => {
    const OK = [201, 202, 200, 200];
    for (const headers of [
      {},
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', origin: app.url },
      { origin: app.url },
      { 'sec-fetch-site': 'same-origin', referer: `${app.url}/graphql` },
      { referer: `${app.url}/graphql` },
      { 'sec-fetch-site': 'same-origin', origin: 'https://backups.example.com' },
    ]) {
      const [uploaded, scrub, ...rest] = await statuses(headers);
      expect([uploaded, scrub === 200 ? 202 : scrub, ...rest], JSON.stringify(headers)).to.deep.equal(OK);
    }
  });

  it('may not change anything or use GraphQL when it comes from another origin', async () => {
    const files = await app.storedFiles();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'Same-Origin' },
      { 'sec-fetch-site': 'none, cross-site' },
      { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
      { 'sec-fetch-site': 'none', origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://evil.example:${new URL(app.url).port}` },
      { origin: 'http://127.0.0.1:1' },
      { origin: 'http://127.0.0.1' },
      { origin: `${app.url} http://evil.example` },
      { origin: `ftp://${own}` },
      { origin: 'https://backups.example.com:8443' },
      { referer: 'http://evil.example/page' },
      { referer: 'nonsense' },
    ])
      expect(await statuses(headers), JSON.stringify(headers)).to.deep.equal([403, 403, 403, 403]);
    expect(await app.storedFiles()).to.deep.equal(files);
  });

  it('may still read REST from another origin, and send OPTIONS', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' };
    for (const path of [
      '/',
      '/pt_xyz',
      '/1/download',
      '/1/manifest',
      '/-/status',
      '/-/healthy',
      '/-/ready',
      '/-/scrub',
    ])
      expect((await send('GET', path, foreign)).status, path).to.equal(200);
    const { status, headers } = await send('OPTIONS', '/pt_xyz', foreign);
    expect(status).to.equal(204);
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).to.deep.equal([]);
    const refused = await send('POST', '/-/scrub', foreign);
    expect(JSON.parse(refused.text)).to.include({ code: 'CROSS_ORIGIN' });
  });

  it('gets the page of GraphiQL by a link from another site, and no answer to a query in the link', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: HTML };
    for (const path of ['/graphql', QUERY]) {
      const page = await send('GET', path, link);
      expect(page.status, path).to.equal(200);
      expect(page.headers['content-type']).to.contain('text/html');
      expect(page.headers['x-frame-options']).to.equal('DENY');
      expect(page.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
    }
    await using closed = await runApp(SQLITE!, { introspection: false });
    for (const path of ['/graphql', QUERY])
      expect((await send('GET', path, link, '', closed.url)).text).to.not.contain('"data"');
  });

  it('gets subscriptions by GET from the page itself only', async () => {
    const path = `/graphql?query=${encodeURIComponent('subscription { backupReceived { id } }')}`;
    const accept = 'text/event-stream';
    const foreign = await send('GET', path, { accept, 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).to.equal(403);
    const stop = new AbortController();
    const own = await fetch(app.url + path, {
      headers: { accept, 'sec-fetch-site': 'same-origin' },
      signal: stop.signal,
    });
    expect(own.headers.get('content-type')).to.contain(accept);
    stop.abort();
  });

  it('leaves no answer in a cache, and has no type guessed', async () => {
    for (const path of ['/', '/pt_xyz', '/1/download', '/1/manifest', '/-/status', '/nowhere', QUERY]) {
      const { headers } = await send('GET', path, { accept: '*/*' });
      expect(headers, path).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    }
  });
});

function formOf({ fileName, bytes }: ReturnType<typeof sampleZip>): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), fileName);
  return form;
}
