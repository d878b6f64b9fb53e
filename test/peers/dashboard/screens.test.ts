import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../../testing/browser/browser.ts';
import { DAMAGED, type Kind, type Morning, startMorning } from '../../../testing/dashboard/mornings.ts';
import { Seat, type Viewing } from '../../../testing/dashboard/seat.ts';
import { smallPng } from '../../../testing/dashboard/small-png.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const MOST_BYTES = 150_000;
/** From opening the page to where it says what to do, without the person: on a machine that does much else. */
const MOST_SECONDS = 10;

/** What went wrong in the bad night: by which links one gets to what to do, and what one reads there. */
const TROUBLES: ReadonlyArray<{
  readonly row: string;
  readonly clicks: (morning: Morning) => readonly string[];
  readonly says: (morning: Morning) => string;
}> = [
  {
    row: 'a dead host with 5 databases',
    clicks: () => [],
    says: () => 'Start the server, or check db_host and db_port',
  },
  {
    row: 'a missing grant',
    clicks: () => ['a[href$="/databases/harapan_apotek"]'],
    says: () => "GRANT TRIGGER ON `harapan_apotek`.* TO 'backup'@'10.20.0.%';",
  },
  {
    row: 'a lost table',
    clicks: () => ['a[href$="/databases/kopi_kasir"]'],
    says: () => 'faktur_detail',
  },
  { row: 'a label that fell off the list', clicks: () => [], says: () => 'Put it back into databases.json on web2' },
  {
    row: 'a damaged file',
    clicks: () => [],
    says: morning => `Backup ${idOf(morning, DAMAGED!)} of maju_arsip is damaged`,
  },
];

interface Picture {
  readonly name: string;
  readonly look?: Partial<Viewing>;
  readonly path: (morning: Morning) => string;
}

const PICTURES: Record<Kind, readonly Picture[]> = {
  bad: [
    { name: 'bad-morning', path: () => '/' },
    { name: 'bad-morning-dark', look: { scheme: 'dark' }, path: () => '/' },
    { name: 'bad-morning-phone', look: { width: 390, language: 'id' }, path: () => '/' },
    { name: 'alerts', path: () => '/alerts' },
    { name: 'database', path: () => '/databases/kopi_kasir' },
    { name: 'backup', path: morning => `/backups/${idOf(morning, 'harapan_apotek')}` },
    { name: 'runs', path: () => '/runs' },
  ],
  well: [
    { name: 'good-morning', path: () => '/?all=true' },
    { name: 'good-morning-indonesian', look: { language: 'id', scheme: 'dark' }, path: () => '/?all=true' },
    { name: 'drills', path: () => '/drills' },
    {
      name: 'simulation',
      path: () => '/settings/policies?database=maju_erp&last=1&daily=7&weekly=2&monthly=0&yearly=0#simulator',
    },
  ],
  first: [{ name: 'first-day', path: () => '/' }],
};

for (const kind of Object.keys(PICTURES) as Kind[])
  describe(`what someone sees on a morning of the kind "${kind}"`, function () {
    this.timeout(120_000);
    let [morning, browser] = [] as unknown as [Morning, Browser];
    before(async () => {
      [morning, browser] = [await startMorning(kind), await startBrowser()];
    });
    after(async () => {
      await browser?.close();
      await morning?.[Symbol.asyncDispose]();
    });

    if (kind === 'bad')
      it('leads to what to do about each trouble by as many clicks as the docs say, within seconds', async () => {
        const documented = clicksInDocs();
        await using seat = await Seat.take(browser, morning);
        await seat.signIn(morning.token);
        const found = new Map<string, number>();
        for (const { row, clicks, says } of TROUBLES) {
          const startedAt = performance.now();
          await seat.open('/');
          const links = clicks(morning);
          for (const link of links) {
            const shown = seat.page.locator(`main ${link}`).filter({ visible: true }).first();
            await Promise.all([seat.page.waitForEvent('load'), shown.click()]);
          }
          expect(await seat.page.locator('main').innerText(), row).to.contain(says(morning));
          const seconds = (performance.now() - startedAt) / 1000;
          expect(seconds, row).to.be.lessThan(MOST_SECONDS);
          found.set(row, links.length);
          if (process.env.LUMBUNG_SCREENSHOT)
            console.log(`      ${row}: ${links.length} clicks, ${seconds.toFixed(2)} s`);
        }
        expect(documented).to.deep.equal(found);
      });

    it('fits into the pictures of the docs', async () => {
      for (const { name, look = {}, path } of PICTURES[kind]) {
        await using seat = await Seat.take(browser, morning, look);
        await seat.signIn(morning.token);
        expect(await seat.open(path(morning)), name).to.equal(200);
        const picture = smallPng(await seat.page.screenshot({ fullPage: true, clip: await cut(seat) }));
        expect(picture.length, name).to.be.within(5_000, MOST_BYTES);
        seat.expectQuiet();
        if (!process.env.LUMBUNG_SCREENSHOT) continue;
        await mkdir(join(DOCS, 'dashboard'), { recursive: true });
        await writeFile(join(DOCS, 'dashboard', `${name}.png`), picture);
      }
    });
  });

/** @returns the page, but no more of it than one looks at */
async function cut({ page }: Seat): Promise<{ x: number; y: number; width: number; height: number }> {
  const [width, height] = (await page.evaluate('[innerWidth, document.scrollingElement.scrollHeight]')) as [
    number,
    number,
  ];
  return { x: 0, y: 0, width, height: Math.min(height, width < 500 ? 3_600 : 1_900) };
}

function idOf(morning: Morning, name: string): number {
  return morning.stored.get(name)!.backupId;
}

/** @returns the table of the docs */
function clicksInDocs(): Map<string, number> {
  const text = readFileSync(join(DOCS, 'dashboard.md'), 'utf8');
  return new Map(
    [...text.matchAll(/^\| (\w[^|]*) \| (\d+) \|/gm)].map(([, row, clicks]) => [row!.trim(), Number(clicks)]),
  );
}
