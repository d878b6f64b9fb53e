import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../../testing/browser/browser.ts';
import { type Kind, type Morning, startMorning } from '../../../testing/dashboard/mornings.ts';
import { Seat, type Viewing } from '../../../testing/dashboard/seat.ts';
import { type Tour, takeTour } from '../../../testing/dashboard/tour.ts';

const VIEWINGS: ReadonlyArray<Partial<Viewing>> = [
  {},
  { scheme: 'dark' },
  { language: 'id', width: 390 },
  { language: 'id', scheme: 'dark', width: 390 },
];
/** Of a page, and of all styles and scripts together, in bytes, as they come over the wire. */
const [MOST_PAGE, MOST_ASSETS] = [300_000, 50_000];
/** On the other mornings these differ from a bad one. */
const SOME = ['/', '/alerts', '/runs', '/drills'];

for (const kind of ['bad', 'well', 'first'] as const satisfies readonly Kind[])
  describe(`the dashboard on a morning of the kind "${kind}"`, function () {
    this.timeout(240_000);
    let [morning, browser, tour] = [] as unknown as [Morning, Browser, Tour];
    before(async () => {
      [morning, browser] = [await startMorning(kind), await startBrowser()];
      tour = await takeTour(morning);
    });
    after(async () => {
      await browser?.close();
      await morning?.[Symbol.asyncDispose]();
    });

    it('has links to all of its pages, and none that leads nowhere', () => {
      expect(tour.dead).to.deep.equal([]);
      const missing = [...tour.addresses].filter(([, found]) => found.length === 0).map(([route]) => route);
      if (kind === 'bad') expect(missing).to.deep.equal([]);
    });

    if (kind === 'bad')
      it('is accessible by axe-core where something went wrong, or is shown once, too', async () => {
        await using seat = await Seat.take(browser, morning, { language: 'id' });
        const { page } = seat;
        const wrong: object[] = [];
        await seat.open('/sign-in');
        await page.locator('input[name=token]').fill('no token of ours');
        await Promise.all([page.waitForEvent('load'), page.locator('main form button').click()]);
        await examine(seat, 'a token that was refused', wrong);
        await seat.signIn(morning.token);
        for (const path of [
          '/databases/no_such',
          '/backups/99999',
          '/?states=x',
          '/settings/policies?database=no_such',
        ]) {
          expect(await seat.open(path), path).to.be.within(400, 499);
          await examine(seat, path, wrong);
        }
        await seat.open('/databases/kopi_stok');
        await page.locator('details#retire > summary').click();
        await page.locator('details#retire form').evaluate(form => Reflect.set(form, 'noValidate', true));
        await Promise.all([page.waitForEvent('load'), page.locator('details#retire form button').click()]);
        expect(await page.locator('details#retire .mistake').count()).to.equal(1);
        await examine(seat, 'a form with a mistake', wrong);
        await seat.open('/settings/tokens');
        const form = page.locator('#make form');
        await form.locator('[name=make_name]').fill('web3');
        await form.locator('[name=make_scope]').fill('kopi_*');
        await Promise.all([page.waitForEvent('load'), form.locator('button').click()]);
        expect(await page.locator('main').innerText()).to.match(/lmb_[\w-]{20,}/);
        await examine(seat, 'a token that is shown once', wrong);
        expect(wrong, JSON.stringify(wrong, null, 1)).to.deep.equal([]);
        seat.expectQuiet({ except: /status of 4\d\d/ });
      });

    if (kind === 'bad')
      it('prints what it shows, without what only a screen needs', async () => {
        await using seat = await Seat.take(browser, morning);
        const { page } = seat;
        await seat.signIn(morning.token);
        await page.emulateMedia({ media: 'print' });
        for (const hidden of ['header nav', '.search', '.chips', '.foot form'])
          expect(await page.locator(hidden).first().isVisible(), hidden).to.equal(false);
        for (const shown of ['h1', '.cause >> nth=0', 'main table'])
          expect(await page.locator(shown).first().isVisible(), shown).to.equal(true);
      });

    if (kind === 'bad')
      for (const language of ['en', 'id'] as const)
        it(`shows what matters most of each table on a phone without a swipe, in ${language}`, async () => {
          await using seat = await Seat.take(browser, morning, { width: 390, language });
          await seat.signIn(morning.token);
          const shown = async (path: string) => {
            expect(await seat.open(path), path).to.equal(200);
            return seat.page.locator('main table').evaluateAll(tables =>
              tables.map(table => {
                const heads = [...table.querySelectorAll('thead th')].map(head => head.getBoundingClientRect());
                return heads.filter(({ width, right }) => width > 1 && right <= innerWidth).length;
              }),
            );
          };
          // The database, the age of its newest complete backup, and seven days.
          expect(await shown('/')).to.deep.equal([9]);
          // Of the backups: when, state, findings and size.
          const [series, attempts, backups] = await shown('/databases/harapan_apotek');
          expect([series, attempts]).to.deep.equal([5, 4]);
          expect(backups).to.be.at.least(4);
          const [sources, runs] = await shown('/runs');
          expect(sources).to.be.at.least(3);
          expect(runs).to.be.at.least(3);
        });

    for (const look of kind === 'bad' ? VIEWINGS : VIEWINGS.slice(0, 1).concat(VIEWINGS.slice(3)))
      it(`is accessible by axe-core, small, at rest and as wide as the window: ${JSON.stringify(look)}`, async () => {
        await using seat = await Seat.take(browser, morning, look);
        const wrong: object[] = [];
        await seat.open('/sign-in');
        await examine(seat, '/sign-in', wrong);
        await seat.signIn(morning.token);
        for (const [route, [first]] of tour.addresses) {
          if (first === undefined || (kind !== 'bad' && !SOME.includes(route))) continue;
          expect(await seat.open(first), first).to.equal(200);
          await examine(seat, first, wrong);
        }
        expect(wrong, JSON.stringify(wrong, null, 1)).to.deep.equal([]);
        seat.expectQuiet();
      });
  });

async function examine(seat: Seat, path: string, wrong: object[]): Promise<void> {
  const [shifts, overflow] = [await seat.shifts(), await seat.overflow()];
  // One from the cache has a size below 0.
  const came = (await seat.weights()).filter(answer => !answer.path.endsWith('/events'));
  const assets = came
    .filter(answer => answer.path.includes('/assets/'))
    .reduce((sum, { bytes }) => sum + Math.max(0, bytes), 0);
  const page = Math.max(...came.filter(answer => !answer.path.includes('/assets/')).map(({ bytes }) => bytes));
  if (path === '/sign-in') expect(assets, 'styles and scripts came with the first page').to.be.greaterThan(1_000);
  const isLight = page < MOST_PAGE && assets < MOST_ASSETS;
  const complaints = await seat.complaints();
  const isWell = complaints.length + shifts.length === 0 && overflow <= 0 && isLight;
  if (!isWell) wrong.push({ path, page, assets, shifts, overflow, complaints });
}
