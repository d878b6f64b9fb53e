import { once } from 'node:events';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { expectError, request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const [SQLITE] = historyStores;

describe('the page of GraphiQL', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(SQLITE!);
  });
  after(() => app[Symbol.asyncDispose]());

  it('does not hold up others while it is made', async () => {
    const start = performance.now();
    let isMade = false;
    const made = rawPage(app.url, {}, () => (isMade = true));
    let longest = 0;
    for (let last = start; !isMade; last = performance.now()) {
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
      longest = Math.max(longest, performance.now() - last);
    }
    expect(longest).to.be.lessThan((performance.now() - start) / 2);
    expect((await made).status).to.equal(200);
  });

  it('is sent compressed to clients that accept that', async () => {
    const packed = await rawPage(app.url, { 'accept-encoding': 'gzip, br' });
    expect(packed.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept, Accept-Encoding' });
    expect(packed.body.length).to.be.lessThan(2_600_000);
    const plain = await rawPage(app.url);
    expect(plain.headers).to.not.have.property('content-encoding');
    expect(String(plain.body.subarray(0, 100))).to.match(/<!doctype html>/);
    expect(gunzipSync(packed.body).equals(plain.body)).to.equal(true);
  });

  it('is sent again only when it has changed', async () => {
    const { headers } = await rawPage(app.url);
    expect(headers['cache-control']).to.equal('private, no-cache');
    const known = await rawPage(app.url, { 'if-none-match': headers.etag! });
    expect({ status: known.status, size: known.body.length }).to.deep.equal({ status: 304, size: 0 });
    const other = await rawPage(app.url, { 'if-none-match': 'W/"other"' });
    expect(other.status).to.equal(200);
  });

  it('may load nothing from another origin', async () => {
    const { headers } = await getPage(app.url);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    const policy = headers.get('content-security-policy')!;
    expect(policy).to.match(/^default-src 'none'; script-src 'sha256-[^' ]+';/);
    expect(policy).to.not.match(/https?:|\*|unsafe-eval/);
  });

  it('is off when the schema is off, and says so', async () => {
    await using closed = await runApp(SQLITE!, { introspection: false });
    expectError(await getPage(closed.url), 404, 'GRAPHIQL_OFF');
    const query = await request(`${closed.url}/graphql?query={__typename}`, { headers: { accept: HTML } });
    expect(query.json).to.deep.equal({ data: { __typename: 'Query' } });
  });
});

function getPage(url: string) {
  return request(`${url}/graphql`, { headers: { accept: HTML } });
}

/** As it comes, still packed. */
async function rawPage(url: string, headers: OutgoingHttpHeaders = {}, onHead = () => {}) {
  const asked = get(`${url}/graphql`, { headers: { accept: HTML, ...headers } });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  onHead();
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}
