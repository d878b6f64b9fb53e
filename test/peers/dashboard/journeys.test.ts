import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../../testing/browser/browser.ts';
import { type Morning, startMorning } from '../../../testing/dashboard/mornings.ts';
import { Seat, type Viewing } from '../../../testing/dashboard/seat.ts';
import { request } from '../../../testing/service/requests.ts';
import { bearer } from '../../../testing/service/tokens.ts';

/** Each has databases of its own, so that one does not see what another one did. */
const PEOPLE: ReadonlyArray<{ readonly look: Partial<Viewing>; readonly names: Names }> = [
  {
    look: {},
    names: { pinned: 'maju_gudang', paused: 'kopi_loyalty', silenced: 'kopindo_anggota', retired: 'sinar_mail' },
  },
  {
    look: { width: 390 },
    names: { pinned: 'maju_hrd', paused: 'kopi_stok', silenced: 'kopindo_lapor', retired: 'sinar_web' },
  },
  {
    look: { hasScripts: false },
    names: { pinned: 'maju_pos', paused: 'kopi_web', silenced: 'kopindo_pinjam', retired: 'harapan_web' },
  },
  {
    look: { hasScripts: false, width: 390, language: 'id' },
    names: { pinned: 'maju_web', paused: 'sinar_crm', silenced: 'kopindo_simpan', retired: 'harapan_antrian' },
  },
];

interface Names {
  readonly pinned: string;
  readonly paused: string;
  readonly silenced: string;
  readonly retired: string;
}

describe('a morning with the dashboard', function () {
  this.timeout(120_000);
  let [morning, browser] = [] as unknown as [Morning, Browser];
  before(async () => {
    [morning, browser] = [await startMorning('bad'), await startBrowser()];
  });
  after(async () => {
    await browser?.close();
    await morning?.[Symbol.asyncDispose]();
  });

  for (const { look, names } of PEOPLE)
    it(`goes from the sign-in through all that a person does to the sign-out: ${JSON.stringify(look)}`, async () => {
      await using seat = await Seat.take(browser, morning, look);
      await signIn(seat);
      await findClient(seat);
      await readFinding(seat);
      await download(seat);
      await copyRestoreLine(seat, look.hasScripts ?? true);
      await pin(seat, names.pinned);
      await pause(seat, names.paused);
      await silence(seat, names.silenced);
      await retire(seat, names.retired);
      await simulateRetention(seat);
      await signOut(seat);
      seat.expectQuiet({ except: /status of 401/ });
    });

  async function signIn(seat: Seat): Promise<void> {
    expect(await seat.open('/')).to.equal(200);
    expect(seat.page.url()).to.match(/\/-\/ui\/sign-in$/);
    await seat.page.locator('input[name=token]').fill('no token of ours');
    await seat.page.locator('main form button').click();
    await seat.page.locator('.mistake, [role=alert]').first().waitFor();
    await seat.signIn(morning.token);
    expect(seat.page.url()).to.equal(`${morning.url}/-/ui`);
    expect(await seat.page.locator('h1').innerText()).to.match(/^8 \D+ \d\d /);
  }

  async function findClient({ page }: Seat): Promise<void> {
    await page.locator('#find').fill('apotek');
    await page.locator('#find').press('Enter');
    await page.waitForURL(/search=apotek/);
    const found = page.locator('main table a[href$="/databases/harapan_apotek"]');
    expect(await found.count()).to.equal(1);
    await found.click();
    await page.waitForURL(/\/databases\/harapan_apotek$/);
  }

  async function readFinding({ page }: Seat): Promise<void> {
    const { backupId } = morning.stored.get('harapan_apotek')!;
    const link = page.locator(`main a[href$="/backups/${backupId}"]`);
    await link.filter({ visible: true }).first().click();
    await page.waitForURL(new RegExp(`/backups/${backupId}$`));
    const main = await page.locator('main').innerText();
    expect(main).to.contain('TRIGGERS_NOT_GRANTED');
    expect(main).to.contain("GRANT TRIGGER ON `harapan_apotek`.* TO 'backup'@'10.20.0.%';");
  }

  async function download({ page }: Seat): Promise<void> {
    const { zip } = morning.stored.get('harapan_apotek')!;
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('main a[download]').click()]);
    expect(file.suggestedFilename()).to.equal(zip.fileName);
    expect((await readFile(await file.path())).equals(zip.bytes), 'the bytes of the download').to.equal(true);
  }

  async function copyRestoreLine({ page }: Seat, hasScripts: boolean): Promise<void> {
    const { backupId } = morning.stored.get('harapan_apotek')!;
    // It is incomplete: without --force sade would refuse it.
    const line = `sade restore harapan_apotek --into harapan_apotek_restored --force --at ${backupId}`;
    expect(await page.locator('.command code').first().innerText()).to.equal(line);
    if (!hasScripts) return;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.command button').first().click();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(line);
  }

  async function pin(seat: Seat, name: string): Promise<void> {
    const { backupId } = morning.stored.get(name)!;
    await seat.open(`/backups/${backupId}`);
    await fold(seat, 'pin', { reason: `before ${name} moves` });
    expect(await seat.page.locator('main').innerText()).to.contain(`before ${name} moves`);
    const { backup } = await ask(`{ backup(id: "${backupId}") { pins { reason by } } }`);
    expect(backup.pins).to.deep.equal([{ reason: `before ${name} moves`, by: 'token ani' }]);
  }

  async function pause(seat: Seat, name: string): Promise<void> {
    await seat.open(`/databases/${name}`);
    await fold(seat, 'pause', { reason: 'it moves to another host' });
    expect(await seat.page.locator('main').innerText()).to.contain('it moves to another host');
    expect(await stateOf(name)).to.equal('paused');
  }

  async function silence({ page }: Seat, name: string): Promise<void> {
    await page.goto(`${morning.url}/-/ui/databases/${name}`);
    await page.locator('main a[href*="/alerts/"]').filter({ visible: true }).first().click();
    await page.waitForURL(/\/alerts\/\d+/);
    const id = /\/alerts\/(\d+)/.exec(page.url())![1];
    const form = page.locator('form[action$="/acknowledge"]');
    await form.locator('[name=reason]').fill('the host gets a new disk');
    await form.locator('select[name=end]').selectOption('d1');
    await form.locator('button').click();
    await page.waitForURL(/\/alerts/);
    const { alarms } = await ask('{ alarms { nodes { id acknowledgedBy acknowledgedFor acknowledgedUntil } } }');
    const alarm = alarms.nodes.find((one: { id: string }) => one.id === id);
    expect(alarm).to.include({ acknowledgedBy: 'token ani', acknowledgedFor: 'the host gets a new disk' });
    expect(Date.parse(alarm.acknowledgedUntil)).to.be.greaterThan(Date.now() + 23 * 3_600_000);
    expect(await page.locator('main').innerText()).to.contain('the host gets a new disk');
  }

  async function retire(seat: Seat, name: string): Promise<void> {
    await seat.open(`/databases/${name}`);
    await fold(seat, 'retire', { reason: 'the contract ended' });
    expect(await seat.page.locator('main').innerText()).to.contain('the contract ended');
    expect(await stateOf(name)).to.equal('retired');
  }

  async function simulateRetention(seat: Seat): Promise<void> {
    const { page } = seat;
    await seat.open('/settings/policies');
    const policy = { last: '1', hourly: '0', daily: '3', weekly: '2', monthly: '0', yearly: '0' };
    const form = page.locator('#simulator form');
    for (const [name, value] of Object.entries({ database: 'maju_erp', ...policy }))
      await form.locator(`[name=${name}]`).fill(value);
    await Promise.all([page.waitForURL(/database=maju_erp/), form.locator('button').click()]);
    const struck = await page.locator('#simulator del').count();
    expect(struck, 'days of which all would go').to.be.within(20, 27);
    const { database } = await ask('{ database(name: "maju_erp") { backupCount } }');
    expect(database.backupCount, 'nothing has gone').to.equal(30);
  }

  async function signOut({ page }: Seat): Promise<void> {
    const [cookie] = await page.context().cookies();
    await page.locator('form[action$="/sign-out"] button').click();
    await page.waitForURL(/\/sign-in$/);
    expect((await page.context().cookies()).filter(({ name }) => name === cookie!.name)).to.deep.equal([]);
    const again = { cookie: `${cookie!.name}=${cookie!.value}` };
    const { status, headers } = await request(`${morning.url}/-/ui`, { headers: again, redirect: 'manual' });
    expect({ status, location: headers.get('location') }).to.deep.include({ status: 303 });
    expect(headers.get('location')).to.match(/^\/-\/ui\/sign-in/);
  }

  /** Opens what is folded, fills in its form and sends it. */
  async function fold({ page }: Seat, id: string, fields: Record<string, string>): Promise<void> {
    await page.locator(`details#${id} > summary`).click();
    const form = page.locator(`details#${id} form`);
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${id}_${name}]`).fill(value);
    await Promise.all([page.waitForEvent('load'), form.locator('button').click()]);
  }

  async function stateOf(name: string): Promise<string> {
    const { database } = await ask(`{ database(name: "${name}") { state } }`);
    return database.state;
  }

  async function ask(query: string) {
    const headers = { ...bearer(morning.token), 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    const { json, text } = await request(`${morning.url}/graphql`, { method: 'POST', headers, body });
    expect(json.errors, text).to.equal(undefined);
    return json.data;
  }
});
