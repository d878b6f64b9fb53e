import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../../testing/browser/browser.ts';
import { type Morning, startMorning } from '../../../testing/dashboard/mornings.ts';
import { Seat } from '../../../testing/dashboard/seat.ts';
import { takeTour } from '../../../testing/dashboard/tour.ts';
import { until } from '../../../testing/until.ts';

describe('the dashboard while someone works with it', function () {
  this.timeout(120_000);
  let [morning, browser] = [] as unknown as [Morning, Browser];
  before(async () => {
    [morning, browser] = [await startMorning('bad'), await startBrowser()];
  });
  after(async () => {
    await browser?.close();
    await morning?.[Symbol.asyncDispose]();
  });

  it('reaches all that can be clicked or filled in by Tab alone, and shows where one is', async () => {
    const { addresses } = await takeTour(morning);
    await using seat = await Seat.take(browser, morning);
    await seat.signIn(morning.token);
    for (const [route, [address]] of addresses) {
      await seat.open(address!);
      const { missed, unseen } = await tabThrough(seat.page);
      expect({ missed, unseen }, route).to.deep.equal({ missed: [], unseen: [] });
    }
  });

  it('finds a database, opens it and pins its backup without a mouse', async () => {
    await using seat = await Seat.take(browser, morning);
    const { page } = seat;
    await seat.signIn(morning.token);
    await page.keyboard.press('Tab');
    expect(await focused(page), 'first comes the way past the navigation').to.equal('#main');
    await page.keyboard.press('?');
    expect(await page.locator('dialog#keys').isVisible()).to.equal(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog#keys').isVisible()).to.equal(false);
    await page.keyboard.press('/');
    await page.keyboard.type('rekam');
    await Promise.all([page.waitForURL(/search=rekam/), page.keyboard.press('Enter')]);
    await tabTo(page, `document.activeElement.closest('tbody') !== null`, 'j');
    await Promise.all([page.waitForURL(/\/databases\/harapan_rekam_medis$/), page.keyboard.press('Enter')]);
    await seat.open(`/backups/${morning.stored.get('harapan_rekam_medis')!.backupId}`);
    await tabTo(page, `document.activeElement.matches('#pin > summary')`);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('no hand left the keys');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(await page.locator('main').innerText()).to.contain('no hand left the keys');
  });

  it('moves through rows and causes by j and k', async () => {
    await using seat = await Seat.take(browser, morning);
    const { page } = seat;
    await seat.signIn(morning.token);
    await seat.open('/?search=kopindo');
    await page.keyboard.press('j');
    expect(await focused(page), 'first the causes').to.match(/^\/-\/ui\/alerts\/\d+$/);
    await tabTo(page, `document.activeElement.closest('tbody') !== null`, 'j');
    const seen = [await focused(page)];
    for (const key of ['j', 'k', 'j']) {
      await page.keyboard.press(key);
      seen.push(await focused(page));
    }
    const [first, second] = ['anggota', 'lapor'].map(name => `/-/ui/databases/kopindo_${name}`);
    expect(seen, 'then the databases, not the heads of their groups').to.deep.equal([first, second, first, second]);
  });

  it('shows an upload without a reload, keeps what is typed, open and focused, and shows what a reload shows', async () => {
    await using seat = await Seat.take(browser, morning);
    const { page } = seat;
    await seat.signIn(morning.token);
    const sentence = await page.locator('h1').innerText();
    expect(sentence).to.match(/^8 of 24 /);
    await page.evaluate('window.isTheSame = true');
    await page.locator('main details > summary').first().click();
    const field = page.locator('main details input[name=search]');
    await field.fill('kop');
    await field.press('Home');
    await morning.uploadNow('kopindo_web');
    await morning.passMinute();
    await until('the page shows the upload', async () => /^7 of 24 /.test(await page.locator('h1').innerText()));
    expect(await page.evaluate('window.isTheSame')).to.equal(true);
    expect(await page.title()).to.not.contain('(9)');
    expect(await page.locator('main details').first().getAttribute('open')).to.not.equal(null);
    expect(await field.inputValue()).to.equal('kop');
    expect(await page.evaluate(`[document.activeElement.name, document.activeElement.selectionStart]`)).to.deep.equal([
      'search',
      0,
    ]);
    const live = await shown(page);
    await page.reload();
    expect(live).to.equal(await shown(page));
    seat.expectQuiet();
  });
});

/** @returns where the focused link leads, or what else has the focus */
function focused(page: Page): Promise<string | null> {
  return page.evaluate(
    `document.activeElement.getAttribute('href') ?? document.activeElement.name ?? document.activeElement.localName`,
  );
}

/** Presses a key until it is so. */
async function tabTo(page: Page, isThere: string, key = 'Tab'): Promise<void> {
  for (let i = 0; i < 300; i++) {
    await page.keyboard.press(key);
    if (await page.evaluate(isThere)) return;
  }
  throw new Error(`300 times ${key} did not get to where ${isThere}`);
}

const CONTROLS = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(one => one.checkVisibility() && !one.disabled)`;

/** @returns what Tab does not reach, and what it reaches without a sign of that */
async function tabThrough(page: Page): Promise<{ missed: string[]; unseen: string[] }> {
  const many = (await page.evaluate(`${CONTROLS}.length`)) as number;
  await page.evaluate(`window.reached = new Set(); window.unseen = new Set(); document.activeElement.blur();
    addEventListener('focusin', ({ target }) => {
      reached.add(target);
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(target);
      if ((outlineStyle === 'none' || outlineWidth === '0px') && boxShadow === 'none') unseen.add(target.outerHTML.slice(0, 100));
    })`);
  // A field for a time has one stop for each of its parts, and what scrolls has one, too.
  for (let i = 0; i < 2 * many + 40; i++) {
    await page.keyboard.press('Tab');
    if (i % 20 === 19 && (await page.evaluate(`${CONTROLS}.every(one => reached.has(one))`))) break;
  }
  return (await page.evaluate(
    `({ missed: ${CONTROLS}.filter(one => !reached.has(one)).map(one => one.outerHTML.slice(0, 100)), unseen: [...unseen] })`,
  )) as { missed: string[]; unseen: string[] };
}

/** @returns the text of the page without how long ago something was */
function shown(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const copy = document.querySelector('main').cloneNode(true);
    for (const time of copy.querySelectorAll('time')) time.textContent = time.dateTime;
    // What else is on the disk changes meanwhile.
    return copy.textContent.replace(/[\\d.]+ GiB free/, 'free');
  })()`);
}
