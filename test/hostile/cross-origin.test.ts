import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../testing/browser/browser.ts';
import { portOf } from '../../testing/free-port.ts';
import { upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const [SQLITE] = historyStores;
const EVIL = 'evil.example';

describe('a web page of another origin', function () {
  this.timeout(120_000);
  let app: RunningApp;
  let server: Server;
  let browser: Browser;
  let page: Page;
  /** Of the evil page: of another site, and of the same site on another port. */
  let origins: string[];
  before(async () => {
    app = await runApp(SQLITE!);
    await upload(app.url, sampleZip());
    server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><body>a page of someone else</body>'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const port = portOf(server);
    origins = [`http://${EVIL}:${port}`, `http://127.0.0.1:${port}`];
    browser = await startBrowser({ names: [EVIL] });
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
    await app[Symbol.asyncDispose]();
  });

  /** What the service answered to requests of that kind, by its log. */
  const statuses = (method: string, path: string) =>
    app.log.filter(line => line.method === method && line.path === path).map(({ status }) => status);

  it('cannot make the browser store, scrub or ask GraphQL', async () => {
    const files = await app.storedFiles();
    const { fileName } = sampleZip();
    for (const origin of origins) {
      app.log.length = 0;
      await page.goto(origin);
      await page.evaluate(`(async () => {
        const form = new FormData();
        form.append('file', new Blob(['PK']), ${JSON.stringify(fileName)});
        // The browser does not even say that there was an answer, which is not for other origins.
        const post = (path, body) =>
          fetch('${app.url}' + path, { method: 'POST', mode: 'no-cors', body }).catch(() => {});
        await post('/pt_evil', form);
        await post('/-/scrub');
        await post('/graphql', '{"query":"{__typename}"}');
        await new Promise(resolve => {
          const image = new Image();
          image.onload = image.onerror = resolve;
          image.referrerPolicy = 'no-referrer';
          image.src = '${app.url}/graphql?query={__typename}';
        });
      })()`);
      await until('four refusals', () => app.log.filter(({ status }) => status === 403).length === 4);
      expect(statuses('POST', '/pt_evil'), origin).to.deep.equal([403]);
      expect(statuses('POST', '/-/scrub'), origin).to.deep.equal([403]);
      expect(statuses('POST', '/graphql'), origin).to.deep.equal([403]);
      expect(statuses('GET', '/graphql'), origin).to.deep.equal([403]);
      expect(await page.evaluate(`fetch('${app.url}/').catch(error => error.message)`)).to.equal('Failed to fetch');
    }
    expect(await app.storedFiles()).to.deep.equal(files);
  });

  it('cannot do so by a form that the user is made to send', async () => {
    app.log.length = 0;
    await page.goto(origins[0]!);
    await page.evaluate(
      `document.body.innerHTML = '<form method="post" action="${app.url}/-/scrub"><input name="all" value="true"></form>'`,
    );
    await Promise.all([page.waitForEvent('load'), page.evaluate('void setTimeout(() => document.forms[0].submit())')]);
    expect(statuses('POST', '/-/scrub')).to.deep.equal([403]);
    expect(await page.locator('body').innerText()).to.contain('CROSS_ORIGIN');
  });

  it('cannot show GraphiQL in a frame, and may lead to it by a link', async () => {
    await page.goto(origins[0]!);
    await page.evaluate(`document.body.innerHTML = '<iframe src="${app.url}/graphql"></iframe>'`);
    await until('the frame', () => page.frames().length === 2);
    await until('the refused frame', () => page.frames()[1]!.url().startsWith('chrome-error:'));
    await page.evaluate(`document.body.innerHTML = '<a href="${app.url}/graphql">the backups</a>'`);
    await page.getByText('the backups').click();
    await page.locator('.graphiql-tab-button').first().waitFor();
    await page.getByLabel('Execute query').click();
    await page.locator('.graphiql-response', { hasText: '"data"' }).waitFor();
  });

  it('cannot read a thing through a name of its own that leads to the service', async () => {
    const rebound = `http://${EVIL}:${new URL(app.url).port}`;
    // The page of an attacker has no policy of ours that keeps it from asking.
    const page = await browser.newPage({ bypassCSP: true });
    for (const path of ['/', '/graphql', '/1/download', '/-/status'])
      expect((await page.goto(rebound + path))!.status(), path).to.equal(421);
    expect(await page.evaluate(`fetch('/-/scrub', { method: 'POST' }).then(({ status }) => status)`)).to.equal(421);
    expect((await page.goto(`${rebound}/-/healthy`))!.status()).to.equal(200);
  });
});
