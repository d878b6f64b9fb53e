import { once } from 'node:events';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../testing/browser/browser.ts';
import { portOf } from '../../testing/free-port.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const SCRIPT = join(import.meta.dirname, '../../testing/browser/hostile-page.js');
const EVIL = 'evil.example';

/** With what it answers a plain read of a page, GraphQL by GET, and a browser that asks whether a page may send something. */
const MODES = [
  { name: 'a service that is open on loopback', isOpen: true, read: 200, graphql: 403, asked: 204 },
  { name: 'a service with tokens', isOpen: false, read: 401, graphql: 401, asked: 401 },
];

describe('a web page of another origin', function () {
  this.timeout(120_000);
  let html: string;
  let server: Server;
  let browser: Browser;
  /** Of the evil page: of another site, and of the same site on another port. */
  let origins: string[];
  before(async () => {
    html = `<!doctype html><body>a page of someone else<script>${await readFile(SCRIPT, 'utf8')}</script>`;
    server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const port = portOf(server);
    origins = [`http://${EVIL}:${port}`, `http://127.0.0.1:${port}`];
    browser = await startBrowser({ names: [EVIL] });
  });
  after(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
  });

  for (const { name, isOpen, ...statuses } of MODES)
    describe(`that attacks ${name}`, () => {
      let folder: string;
      let service: ServiceHere;
      let headers: Record<string, string>;
      /** What the attacker has already: the id of a backup, a good zip, and a token that lets everything in. */
      let loot: { id: number; fileName: string; zip: string; token: string };
      let keptAtFirst: unknown;
      let page: Page;
      before(async () => {
        folder = await makeMemoryFolder('lumbung-origins-');
        const env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
        const token = isOpen ? 'lmb_none' : await createToken(env, { name: 'admin', role: 'admin' });
        headers = isOpen ? {} : bearer(token);
        service = await startServiceHere(env);
        const stored = await upload(service.url, sampleZip({ database: 'pt_secret' }), { headers });
        const { fileName, bytes } = sampleZip({ database: 'pt_evil' });
        loot = { id: stored.json.data.id, fileName, zip: bytes.toString('base64'), token };
        page = await browser.newPage();
        keptAtFirst = await kept();
      });
      after(async () => {
        await page?.close();
        await service?.stop();
        await rm(folder, { recursive: true });
      });
      afterEach(async () => expect(await kept()).to.deep.equal(keptAtFirst));

      /** @returns what an attack could change: files, the one with the tokens too, rows, the scrub */
      async function kept() {
        const [list, { scrub }] = await Promise.all(['/', '/-/status'].map(path => answer(path)));
        return { files: await sizesUnder(join(folder, 'backups')), list, scrub };
      }

      async function answer(path: string) {
        const { status, json } = await request(service.url + path, { headers });
        expect(status, path).to.equal(200);
        return json.data;
      }

      /** @returns how the requests since then were answered, by the log: `POST /pt_evil 403`, each once */
      function answeredSince(start: number): string[] {
        const lines = service.output().slice(start).split('\n').filter(Boolean);
        const requests = lines.map(line => JSON.parse(line)).filter(({ method }) => method !== undefined);
        return [...new Set(requests.map(({ method, path, status }) => `${method} ${path} ${status}`))].sort();
      }

      /** @returns what the page could read at that origin of the service, as the page knows it */
      async function attack(origin: string): Promise<{ [attack: string]: string }> {
        const plain = await page.evaluate<object>(`attackByRequests('${origin}', ${JSON.stringify(loot)})`);
        return { ...plain, ...(await page.evaluate<object>(`attackByOtherWays('${origin}', ${loot.id})`)) };
      }

      it('cannot make the browser store, scrub or ask GraphQL, and reads no answer', async () => {
        const { id } = loot;
        const { read, graphql, asked } = statuses;
        const reads = ['/', '/-/status', '/-/whoami', `/${id}/download`, `/${id}/manifest`, '/pt_secret'];
        const refused = ['/-/scrub', '/graphql', '/pt_evil'].map(path => `POST ${path} 403`);
        const questions = ['/', '/-/scrub', `/${id}/download`, '/graphql', '/pt_evil'].map(
          path => `OPTIONS ${path} ${asked}`,
        );
        const gets = [...reads.map(path => `GET ${path} ${read}`), `GET /graphql ${graphql}`];
        // Last: GraphiQL, which the browser then does not show in a frame.
        const all = [...gets, ...refused, ...questions, 'GET /graphql 200'];
        for (const origin of origins) {
          await page.goto(origin);
          const start = service.output().length;
          for (const [what, text] of Object.entries(await attack(service.url)))
            expect(text, `${what}, by ${origin}`).to.equal('nothing');
          await until('the log', () => answeredSince(start).length >= all.length);
          expect(answeredSince(start), origin).to.deep.equal(all.sort());
        }
      });

      it('cannot do so by a form that the user is made to send', async () => {
        const start = service.output().length;
        await page.goto(origins[0]!);
        await page.evaluate(
          `document.body.innerHTML = '<form method="post" action="${service.url}/-/scrub"><input name="all" value="true"></form>'`,
        );
        await Promise.all([
          page.waitForEvent('load'),
          page.evaluate('void setTimeout(() => document.forms[0].submit())'),
        ]);
        expect(await page.locator('body').innerText()).to.contain('CROSS_ORIGIN');
        await until('the log', () => answeredSince(start).includes('POST /-/scrub 403'));
      });

      // The page is the same with tokens, and takes seconds of CPU.
      if (isOpen)
        it('cannot show GraphiQL in a frame, and may lead to it by a link', async () => {
          await page.goto(origins[0]!);
          await page.evaluate(`document.body.innerHTML = '<iframe src="${service.url}/graphql"></iframe>'`);
          await until('the frame', () => page.frames().length === 2);
          await until('the refused frame', () => page.frames()[1]!.url().startsWith('chrome-error:'));
          await page.evaluate(`document.body.innerHTML = '<a href="${service.url}/graphql">the backups</a>'`);
          await page.getByText('the backups').click();
          await page.locator('.graphiql-tab-button').first().waitFor();
          await page.getByLabel('Execute query').click();
          await page.locator('.graphiql-response', { hasText: '"data"' }).waitFor();
        });

      it('cannot read a thing through a name of its own that leads to the service', async () => {
        const rebound = `http://${EVIL}:${new URL(service.url).port}`;
        // The name leads to the attacker first, who sends the page, and from then on to the service: all is of one origin.
        await page.route(`${rebound}/page`, route => route.fulfill({ contentType: 'text/html', body: html }));
        await page.goto(`${rebound}/page`);
        for (const [what, text] of Object.entries(await attack(rebound)))
          if (text !== 'nothing')
            expect(text, what).to.match(/^421 \{"message":"The service does not answer [^{}]*\}$/);
        for (const path of ['/', '/graphql', '/1/download', '/-/status'])
          expect((await page.goto(rebound + path))!.status(), path).to.equal(421);
        expect((await page.goto(`${rebound}/-/healthy`))!.status()).to.equal(200);
      });
    });
});

/** @returns the path and the size of each file */
async function sizesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Promise.all(paths.sort().map(async path => `${path}: ${(await stat(path)).size} bytes`));
}
