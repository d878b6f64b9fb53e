import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { foreign, type PageRecord, recordPages, startBrowser } from '../../testing/browser/browser.ts';
import { FIRST } from '../../testing/service/certificates.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { runWithViewers } from '../../testing/service/web-scene.ts';
import { until } from '../../testing/until.ts';
import { EVERYTHING } from '../auth/scope.ts';

const TOKENS = '/-/ui/settings/tokens';

describe('the scripts of the dashboard, in a browser', function () {
  this.timeout(60_000);
  let app: RunningApp;
  let browser: Browser;
  let context: BrowserContext;
  let record: PageRecord;
  let page: Page;
  before(async () => {
    app = await runApp(historyStores[0]!, { configuration: { timezone: 'Asia/Jakarta' }, liveLookMs: 20 });
    for (const name of ['b', 'a', 'c']) await make(name);
    browser = await startBrowser();
    context = await browser.newContext({ timezoneId: 'America/New_York', locale: 'en-GB' });
    record = recordPages(context);
    page = await context.newPage();
    await page.clock.install();
  });
  after(async () => {
    await browser.close();
    await app[Symbol.asyncDispose]();
  });

  const make = (name: string) => app.tokens.create({ name, role: 'read', scope: EVERYTHING, lifetimeMs: undefined });
  const names = (of = page) => of.locator('main tbody th').allTextContents();

  it('show what has changed, and keep what was typed, what is open, and where the reader is', async () => {
    await page.goto(app.url + TOKENS);
    await page.locator('#rotate-a summary').click();
    await page.fill('#rotate-a_overlap', '3h');
    await page.fill('#make_name', 'web "1"');
    await page.selectOption('#make_role', 'admin');
    await page.fill('#make_scope', 'acme_*');
    await page.evaluate("document.querySelector('#make_scope').setSelectionRange(2, 4)");
    await page.evaluate('scrollTo(0, 120)');
    const scrolled = await page.evaluate('scrollY');
    await make('d');
    app.events.evaluated();
    await until('the event has come', async () => {
      await page.clock.runFor(5_000);
      return (await names()).includes('d');
    });
    expect(await names()).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(await page.evaluate("document.querySelector('#rotate-a').open")).to.equal(true);
    expect(await page.inputValue('#rotate-a_overlap')).to.equal('3h');
    expect(await page.inputValue('#make_name')).to.equal('web "1"');
    expect(await page.inputValue('#make_role')).to.equal('admin');
    const focus =
      '[document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd]';
    expect(await page.evaluate(focus)).to.deep.equal(['make_scope', 2, 4]);
    expect(await page.evaluate('scrollY')).to.equal(scrolled);
    await page.locator('#make button').click();
    await page.waitForSelector('.mistake');
    expect(await page.inputValue('#make_scope'), 'the form works still').to.equal('acme_*');
  });

  it('leave the page of a new token as it is: it is shown once', async () => {
    await page.goto(app.url + TOKENS);
    await page.fill('#make_name', 'once');
    await page.fill('#make_scope', 'acme_*');
    await page.locator('#make button').click();
    const shown = await page.textContent('#token');
    expect(shown).to.match(/^lmb_/);
    app.events.evaluated();
    await page.clock.runFor(70_000);
    expect(await page.textContent('#token')).to.equal(shown);
    expect(await page.evaluate('document.documentElement.dataset.live')).to.equal(undefined);
  });

  it('say when the page may be old, and take that back', async () => {
    await page.goto(app.url + TOKENS);
    await context.route(app.url + TOKENS, route => route.abort());
    await page.clock.runFor(61_000);
    await page.waitForSelector('.staleness');
    await context.unroute(app.url + TOKENS);
    await untilFresh();
    record.complaints.length = 0;
  });

  /** In small steps of the page's clock: by a minute at once it would give up an answer that a busy machine sends late. */
  const untilFresh = () =>
    until('the page is no longer old', async () => {
      await page.clock.runFor(2_000);
      return (await page.locator('.staleness').count()) === 0;
    });

  it('say that the page is old when no answer comes, or when what is selected keeps it as it is', async () => {
    await page.goto(app.url + TOKENS);
    await context.route(app.url + TOKENS, () => undefined);
    await page.clock.runFor(61_000);
    await page.clock.runFor(21_000);
    await page.waitForSelector('.staleness');
    await context.unroute(app.url + TOKENS);
    await untilFresh();
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('main h1'))");
    await make('unseen');
    await until('the page says that it is old', async () => {
      await page.clock.runFor(61_000);
      return (await page.locator('.staleness').count()) > 0;
    });
    expect(await names()).to.not.include('unseen');
    await page.evaluate('getSelection().removeAllRanges()');
    await untilFresh();
    expect(await names()).to.include('unseen');
    record.complaints.length = 0;
  });

  it('sort a table by a click on a head, the other way by another one, and after an update, too', async () => {
    await page.goto(app.url + TOKENS);
    const head = page.locator('th button', { hasText: 'Name' });
    await head.click();
    const up = await names();
    expect(up).to.deep.equal(up.toSorted());
    await head.click();
    expect(await names()).to.deep.equal(up.toReversed());
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).to.equal('descending');
    await make('zz');
    app.events.evaluated();
    await until('the new row has come', async () => {
      await page.clock.runFor(5_000);
      return (await names())[0] === 'zz';
    });
    await page.locator('th button', { hasText: 'Made' }).click();
    expect((await names()).at(-1)).to.equal('zz');
  });

  it('go to the search by /, show the keys by ?, and leave fields alone in which someone types', async () => {
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).to.equal('find');
    await page.keyboard.type('a?/j');
    expect(await page.inputValue('#find')).to.equal('a?/j');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.isVisible('#keys')).to.equal(true);
    await page.keyboard.press('?');
    expect(await page.isVisible('#keys')).to.equal(false);
  });

  it('go through the rows of a list by j and k', async () => {
    await page.goto(`${app.url}/-/ui/audit`);
    await app.audit.record({
      ...{ actor: { tokenId: 1, token: 'x', address: undefined }, action: 'pin', result: 'done' },
      ...{ database: 'pt_one', backupId: 1 },
    });
    await app.audit.record({
      ...{ actor: { tokenId: 1, token: 'x', address: undefined }, action: 'pin', result: 'done' },
      ...{ database: 'pt_two', backupId: 2 },
    });
    await page.goto(`${app.url}/-/ui/audit`);
    const at = async (key: string) => {
      await page.keyboard.press(key);
      return page.evaluate('document.activeElement.textContent');
    };
    expect([await at('j'), await at('j'), await at('j'), await at('k'), await at('k')]).to.deep.equal([
      ...['pt_two', 'pt_one', 'pt_one', 'pt_two', 'pt_two'],
    ]);
  });

  it('show times in the zone of the browser where that is chosen, and else in that of the service', async () => {
    const shown = () => page.locator('main time').first().textContent();
    expect(await shown()).to.match(/GMT\+7$/);
    await page.locator('.zones .browser a').click();
    expect(await shown()).to.match(/GMT-[45]$/);
    await page.locator('.zones .utc a').click();
    expect(await shown()).to.match(/UTC$/);
  });

  for (const scheme of ['http', 'https'] as const)
    it(`are not needed to sign in and out, over ${scheme}, by a session that no script can read`, async () => {
      const tls = scheme === 'https' ? FIRST : undefined;
      await using open = await runWithViewers({ tls });
      const own = await browser.newContext({ javaScriptEnabled: false, ignoreHTTPSErrors: true });
      const plain = await own.newPage();
      await plain.goto(`${open.url}${TOKENS}`);
      await plain.fill('#token', 'wrong');
      await plain.keyboard.press('Enter');
      expect(await plain.textContent('.mistake')).to.contain('no token is known');
      await plain.fill('#token', 'boss');
      await plain.keyboard.press('Enter');
      await plain.waitForURL(`${open.url}${TOKENS}`);
      const [cookie] = (await own.cookies()).filter(
        ({ name }) => name.startsWith('lumbung_s') || name.startsWith('__'),
      );
      const flags = { httpOnly: true, sameSite: 'Lax', secure: scheme === 'https', path: '/', expires: -1 };
      expect(cookie).to.include({ ...flags, name: scheme === 'https' ? '__Host-lumbung' : 'lumbung_session' });
      await plain.locator('.foot button').click();
      await plain.waitForURL(`${open.url}/-/ui/sign-in`);
      await plain.goto(`${open.url}${TOKENS}`);
      expect(plain.url()).to.contain('/-/ui/sign-in?next=');
      await own.close();
    });

  it('ask no other machine, and give the browser nothing to complain about', () => {
    expect(foreign(record.requests, app.url)).to.deep.equal([]);
    expect(record.complaints).to.deep.equal([]);
    expect(record.requests.some(url => url.endsWith('/-/ui/events'))).to.equal(true);
  });
});
