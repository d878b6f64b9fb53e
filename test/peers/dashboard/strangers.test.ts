import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { FORMS } from '../../../server/web/all-pages.ts';
import { startBrowser } from '../../../testing/browser/browser.ts';
import { type Morning, PINNED, startMorning } from '../../../testing/dashboard/mornings.ts';
import { Seat } from '../../../testing/dashboard/seat.ts';
import { takeTour } from '../../../testing/dashboard/tour.ts';
import { portOf } from '../../../testing/free-port.ts';
import { BrowserHere, csrfIn, FORM } from '../../../testing/service/browser-here.ts';
import { request } from '../../../testing/service/requests.ts';
import { bearer, createToken } from '../../../testing/service/tokens.ts';
import { until } from '../../../testing/until.ts';

const ELSEWHERE = /\b(?:maju|sinar|harapan|kopindo)_\w+/;

describe('what strangers get of the dashboard', function () {
  this.timeout(120_000);
  let [morning, browser, evil] = [] as unknown as [Morning, Browser, Server];
  before(async () => {
    morning = await startMorning('bad');
    browser = await startBrowser({ names: ['evil.example'] });
    evil = createServer((_, response) => response.setHeader('content-type', 'text/html').end(attackOn(morning)));
    await once(evil.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    evil?.close();
    evil?.closeAllConnections();
    await browser?.close();
    await morning?.[Symbol.asyncDispose]();
  });

  // A page at another port of the same host is of the same site: the cookie goes along with what it sends.
  for (const host of ['127.0.0.1', 'evil.example'])
    it(`is nothing for a page at another origin, ${host}, that is open beside it`, async () => {
      await using seat = await Seat.take(browser, morning);
      await seat.signIn(morning.token);
      const before = await deeds();
      await seat.page.goto(`http://${host}:${portOf(evil)}/`);
      await until('the attack is over', async () => (await seat.page.evaluate('typeof outcome')) === 'object');
      const outcome = (await seat.page.evaluate('outcome')) as Record<string, string>;
      expect(outcome).to.deep.equal({
        ...{ read: 'TypeError: Failed to fetch', write: 'TypeError: Failed to fetch', listen: 'error' },
        ...{ script: 'error', picture: 'error', frame: 'nothing' },
      });
      await seat.page.locator('form button').click();
      await seat.page.waitForURL(`${morning.url}/-/ui/databases/kopi_stok/retire`);
      expect(await seat.page.locator('h1').innerText()).to.equal('This is not allowed');
      expect(await deeds()).to.deep.equal(before);
      await seat.open('/');
      expect(new URL(seat.page.url()).pathname, 'still signed in').to.equal('/-/ui');
    });

  it('is of their own databases alone for readers with a scope at every address, and no form of theirs does anything', async () => {
    const token = await createToken(morning.env, { name: 'kopi', role: 'read', scope: ['kopi_*'] });
    const reader = new BrowserHere(morning.url);
    await reader.signIn(token);
    const { addresses } = await takeTour(morning);
    for (const address of [...addresses.values()].flat()) {
      const { status, text } = await reader.get(`/-/ui${address === '/' ? '' : address}`);
      expect(status, address).to.be.oneOf([200, 403, 404]);
      // What they asked for stands in the page, such as in a field.
      const shown = text.replaceAll(/(?:value|href|action)="[^"]*"/g, '').replaceAll(/<h1>.*?<\/h1>/gs, '');
      if (status === 200) expect(ELSEWHERE.exec(shown)?.[0], `${address}: ${shown}`).to.equal(undefined);
    }
    expect((await reader.get(`/-/ui/backups/${idOf(PINNED!)}/download`)).status).to.equal(404);
    expect((await reader.get(`/-/ui/backups/${idOf('kopi_web')}`)).status).to.equal(200);
    const before = await deeds();
    for (const one of FORMS)
      for (const at of ['kopi_stok', PINNED!])
        expect(await sent(reader, one.path, at), `${one.path} ${at}`).to.be.oneOf([403, 404]);
    expect(await deeds()).to.deep.equal(before);
  });

  it('is nothing beyond their scope for operators with one', async () => {
    const token = await createToken(morning.env, { name: 'kopi-ops', role: 'operator', scope: ['kopi_*'] });
    const operator = new BrowserHere(morning.url);
    await operator.signIn(token);
    const before = await deeds();
    for (const { path } of FORMS)
      if (/^\/(?:databases|backups)\//.test(path))
        expect(await sent(operator, path, PINNED!), path).to.be.oneOf([403, 404]);
    expect(await deeds()).to.deep.equal(before);
    expect(await sent(operator, '/backups/:id/pin', 'kopi_web')).to.equal(303);
    expect(await deeds()).to.not.deep.equal(before);
  });

  function idOf(name: string): number {
    return morning.stored.get(name)!.backupId;
  }

  /** Sends a form as its page would, with the right token and some values. @returns the status */
  async function sent(browser: BrowserHere, route: string, name: string): Promise<number> {
    const path = route.replace(':name', name).replace(/:\w+/, String(idOf(name)));
    const { text } = await browser.get('/-/ui');
    const last = route.split('/').at(-1);
    const fields = { [`${last}_reason`]: 'x', [`${last}_until`]: '2026-12-01T00:00', [`${last}_confirmed`]: 'on' };
    const body = new URLSearchParams({
      csrf: csrfIn(text),
      reason: 'x',
      end: 'd1',
      name: 'y',
      role: 'admin',
      ...fields,
    });
    const headers = { ...FORM, origin: morning.url };
    return (await browser.send('POST', `/-/ui${path}`, { body: body.toString(), headers })).status;
  }

  /** @returns all that someone has done so far, without looking */
  async function deeds(): Promise<string[]> {
    const query = '{ auditEntries(first: 1000) { nodes { id action result token } } }';
    const headers = { ...bearer(morning.token), 'content-type': 'application/json' };
    const answer = await request(`${morning.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return answer.json.data.auditEntries.nodes
      .filter(
        ({ action, result }: Record<string, string>) => result === 'done' && !/^sign_|download|manifest/i.test(action!),
      )
      .map(({ id, action, token }: Record<string, string>) => `${id} ${action} by ${token}`);
  }
});

/** A page that tries what a page of another origin may try, with the cookies of the browser. */
function attackOn({ url }: Pick<Morning, 'url'>): string {
  return `<!doctype html><body><script>
    const ui = '${url}/-/ui';
    const ended = (element, address) => new Promise(resolve => {
      const made = document.body.appendChild(Object.assign(document.createElement(element), { src: address }));
      made.onload = () => resolve('loaded');
      made.onerror = () => resolve('error');
    });
    const listened = new Promise(resolve => {
      const events = new EventSource(ui + '/events', { withCredentials: true });
      events.onopen = () => resolve('open');
      events.onerror = () => resolve('error');
    });
    const framed = new Promise(resolve => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: ui }));
      frame.onload = () => { try { resolve(frame.contentDocument ? 'a document' : 'nothing'); } catch { resolve('nothing'); } };
    });
    const post = { method: 'POST', credentials: 'include', body: new URLSearchParams({ retire_reason: 'x', csrf: 'x' }) };
    (async () => {
      window.outcome = {
        read: await fetch(ui, { credentials: 'include' }).then(answer => answer.text()).catch(String),
        write: await fetch(ui + '/databases/kopi_stok/retire', post).then(answer => answer.text()).catch(String),
        listen: await listened,
        script: await ended('script', ui),
        picture: await ended('img', ui + '/settings'),
        frame: await framed,
      };
    })();
  </script><form method="post" action="${url}/-/ui/databases/kopi_stok/retire"><input name="retire_reason" value="x"><button>Win a phone</button></form>`;
}
