import { expect } from 'chai';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { parseRange } from './proxies/trusted-proxies.ts';

const [SQLITE] = historyStores;

describe('the headers of each answer', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(SQLITE!, { trustedProxies: [parseRange('127.0.0.1')!] });
    await upload(app.url, sampleZip({ database: 'pt_xyz' }));
  });
  after(() => app[Symbol.asyncDispose]());

  const PATHS = ['/', '/pt_xyz', '/1/download', '/1/manifest', '/-/healthy', '/-/status', '/nowhere', '/a/b/c', '/%zz'];

  it('let a browser run, load, frame and guess nothing', async () => {
    for (const path of [...PATHS, '/graphql?query=%7B__typename%7D']) {
      const { headers } = await request(app.url + path);
      const policy = headers.get('content-security-policy');
      expect(policy, path).to.equal("default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'");
      expect(Object.fromEntries(headers), path).to.include({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('are the same when a request never reaches the app', async () => {
    const connection = await rawConnection(app.url);
    await connection.send('GARBAGE\r\n\r\n');
    const answer = await connection.ended();
    expect(answer).to.match(/^content-security-policy: default-src 'none'.*frame-ancestors 'none'\r$/im);
    expect(answer)
      .to.match(/^x-content-type-options: nosniff\r$/im)
      .and.match(/^x-frame-options: DENY\r$/im);
  });

  it('keep browsers to TLS where the client has it, and nowhere else', async () => {
    const hsts = async (headers: Record<string, string>) =>
      (await request(`${app.url}/`, { headers })).headers.get('strict-transport-security');
    expect(await hsts({})).to.equal(null);
    expect(await hsts({ 'X-Forwarded-Proto': 'http' })).to.equal(null);
    expect(await hsts({ 'X-Forwarded-Proto': 'https' })).to.equal('max-age=31536000');
  });
});
