import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { type Finding, finding } from '../../protocol/finding.ts';
import { foreign, type PageRecord, recordPages, startBrowser } from '../../testing/browser/browser.ts';
import { upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** With LUMBUNG_SCREENSHOT=1 the docs' picture is made again. */
const PICTURE = process.env.LUMBUNG_SCREENSHOT === '1' ? resolve(ROOT, 'docs/reference/graphiql.png') : undefined;
const [SQLITE] = historyStores;

describe('GraphiQL in a browser', function () {
  this.timeout(120_000);
  let app: RunningApp;
  let browser: Browser;
  let context: BrowserContext;
  let record: PageRecord;
  let page: Page;
  before(async () => {
    app = await runApp(SQLITE!);
    await uploadFleet(app.url);
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' });
    record = recordPages(context);
    page = await context.newPage();
    await page.goto(`${app.url}/graphql`);
  });
  after(async () => {
    await browser?.close();
    await app[Symbol.asyncDispose]();
  });
  afterEach(() => {
    expect(foreign(record.requests, app.url)).to.deep.equal([]);
    expect(record.complaints).to.deep.equal([]);
  });

  it('has a tab for each example', async () => {
    await page.locator('.graphiql-tab-button').first().waitFor();
    const names = await page.locator('.graphiql-tab-button').allInnerTexts();
    expect(names).to.deep.equal(['NightMissed', 'Fleet', 'Month', 'Incoming']);
  });

  it('runs the first example, and shows what the night has missed', async () => {
    await page.getByLabel('Execute query').click();
    await answer(page, 'GRANT TRIGGER ON').waitFor();
    expect(await shown(page)).to.match(/"totalCount": 2,.*"pt_xyz".*"incomplete".*"pt_ghi"/s);
    expect(await shown(page)).to.not.include('pt_abc');
    if (PICTURE) await takePicture(page, PICTURE);
  });

  it('runs the others that ask', async () => {
    await openTab(page, 'Fleet');
    await page.getByLabel('Execute query').click();
    await answer(page, 'pt_abc').waitFor();
    expect(await shown(page)).to.match(/"totalCount": 3,.*"downloadUrl": "\/\d+\/download"/s);
    await openTab(page, 'Month');
    await page.getByLabel('Execute query').click();
    await answer(page, '"statistics"').waitFor();
    expect(await shown(page)).to.match(/"databases": 3,\s+"backups": 4,/);
  });

  it('shows a backup that comes in, until it is stopped', async () => {
    await openTab(page, 'Incoming');
    expect(app.events.listeners).to.equal(0);
    await page.getByLabel('Execute query').click();
    await until('a listener', () => app.events.listeners === 1);
    await uploadSample(app.url, { database: 'pt_incoming' });
    await answer(page, 'pt_incoming').waitFor();
    await page.getByLabel('Stop query').click();
    await until('no listener any more', () => app.events.listeners === 0);
  });

  it('knows the schema while one writes, in a thread of its own', async () => {
    await page.getByLabel('New tab').click();
    await page.locator('.graphiql-query-editor .monaco-editor').click();
    await page.keyboard.type('{ stat');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget', { hasText: 'statistics' }).waitFor();
  });

  it("shows the schema's descriptions", async () => {
    const schema = buildSchema(await readFile(resolve(ROOT, 'schema.graphql'), 'utf8'));
    const { Query, Database } = schema.getTypeMap() as { [name: string]: GraphQLObjectType };
    await page.getByLabel('Show Documentation Explorer').click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('Query', { exact: true }).click();
    // It reads them as Markdown.
    await docs.getByText(Query!.description!.replaceAll('`', '')).waitFor();
    await docs.getByText(Query!.getFields().databases!.description!).waitFor();
    await docs.getByText('Database', { exact: true }).first().click();
    await docs.getByText(Database!.getFields().latestCompleteBackup!.description!).waitFor();
  });

  it('asks at its second visit whether the page has changed, and has it already', async () => {
    const statuses = () =>
      app.log.filter(({ path, method }) => path === '/graphql' && method === 'GET').map(({ status }) => status);
    const before = statuses().length;
    const second = await context.newPage();
    await second.goto(`${app.url}/graphql`);
    await second.getByLabel('Execute query').waitFor();
    await until('an answer', () => statuses().length > before);
    expect(statuses().slice(before)).to.deep.equal([304]);
  });
});

/** One database in order, one whose last night was incomplete, and one of which nothing came in. */
async function uploadFleet(url: string): Promise<void> {
  await uploadSample(url, { database: 'pt_abc', hoursAgo: 3 });
  await uploadSample(url, { database: 'pt_xyz', hoursAgo: 75 });
  const message = 'the user lacks TRIGGER: its backups contain no triggers';
  const advice = "GRANT TRIGGER ON `pt\\_xyz`.* TO 'lumbung'@'192.168.0.%';";
  const findings = [finding('TRIGGERS_NOT_GRANTED', message, advice)];
  await uploadSample(url, { database: 'pt_xyz', hoursAgo: 3, findings });
  await uploadSample(url, { database: 'pt_ghi', hoursAgo: 51 });
}

interface Wish {
  readonly database: string;
  readonly hoursAgo?: number;
  readonly findings?: Finding[];
}

async function uploadSample(url: string, { database, hoursAgo: hours = 0, findings = [] }: Wish): Promise<void> {
  const zip = sampleZip({ database, takenAt: hoursAgo(hours) });
  expect((await upload(url, zip, { manifest: sampleManifest(zip, { findings }) })).status).to.equal(201);
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

/** Opens a tab, and waits until the page has seen what is in it: it looks a moment later, and then keeps it. */
async function openTab(page: Page, name: string): Promise<void> {
  await page.locator('.graphiql-tab-button', { hasText: name }).click();
  await until('the example in the editor', () =>
    page.evaluate<boolean>(`!!localStorage['graphiql:query']?.includes(' ${name} {')`),
  );
}

/** What the page shows for an answer, with this in it. */
function answer(page: Page, text: string): Locator {
  return page.locator('.graphiql-response', { hasText: text });
}

/** The answer as it is read; the editor sets it with spaces that do not break. */
async function shown(page: Page): Promise<string> {
  return (await page.locator('.graphiql-response').innerText()).replaceAll('\u00a0', ' ');
}

async function takePicture(page: Page, path: string): Promise<void> {
  await page.mouse.move(0, 0);
  // The scroll bars fade when the mouse has left.
  await sleep(2_000);
  await page.screenshot({ path });
}
