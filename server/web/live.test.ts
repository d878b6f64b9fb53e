import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { BrowserHere } from '../../testing/service/browser-here.ts';
import { upload } from '../../testing/service/requests.ts';
import { type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import type { Principal } from '../auth/principal.ts';
import { Session } from '../entities/session.entity.ts';

const EVENTS = '/-/ui/events';
const BOSS: Principal = { tokenId: 1, name: 'boss', role: 'admin', scope: ['*'] };
const CLIENT: Principal = { tokenId: 2, name: 'client', role: 'read', scope: ['acme_*'] };

describe('the events for open pages of the dashboard', () => {
  let folder: string;
  let app: RunningApp;
  /** Whose tokens still work. */
  const known = new Map<string, Principal>();
  before(async () => {
    folder = await makeMemoryFolder('lumbung-live-');
    const find = async (text: string) => {
      const principal = [...known].find(([name]) => text === `token of ${name}` || text === hashes.get(name))?.[1];
      return principal ? { principal } : { refusal: 'The token was revoked' };
    };
    const access = {
      isOpen: async () => false,
      find: (text: string) => find(text.replaceAll('-', ' ')),
      findByHash: find,
    };
    app = await runApp(HISTORY_STORES[0]!, {
      ...{ access: { ...access, refusesForwarded: false }, storageDir: join(folder, 'backups'), liveLookMs: 20 },
    });
    const { hash } = await import('node:crypto');
    for (const name of ['boss', 'client']) hashes.set(name, hash('sha256', `token-of-${name}`));
  });
  const hashes = new Map<string, string>();
  beforeEach(() => {
    known.set('boss', BOSS);
    known.set('client', CLIENT);
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });

  /** Listens with these headers. */
  async function listen(headers: Record<string, string>) {
    const stop = new AbortController();
    const answer = await fetch(app.url + EVENTS, { headers, signal: stop.signal, redirect: 'manual' });
    let text = '';
    let hasEnded = false;
    const reading = (async () => {
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })()
      .catch(() => undefined)
      .finally(() => {
        hasEnded = true;
      });
    return {
      answer,
      changes: () => text.split('data: changed\n\n').length - 1,
      text: () => text,
      hasEnded: () => hasEnded,
      async [Symbol.asyncDispose]() {
        stop.abort();
        await reading;
      },
    };
  }

  it('say that something has changed and nothing else, and to a reader with a scope only what is in it', async () => {
    await using boss = await listen(bearer('boss'));
    await using client = await listen(bearer('client'));
    expect(boss.answer.headers.get('content-type')).to.contain('text/event-stream');
    expect(boss.answer.headers.get('cache-control')).to.equal('no-store');
    await upload(app.url, sampleZip({ database: 'pt_xyz' }), { headers: bearer('boss') });
    await until('boss gets it', () => boss.changes() === 1);
    await upload(app.url, sampleZip({ database: 'acme_shop' }), { headers: bearer('boss') });
    await until('both get it', () => boss.changes() === 2 && client.changes() === 1);
    app.events.evaluated();
    await until('both get it', () => boss.changes() === 3 && client.changes() === 2);
    expect(client.text().replaceAll('data: changed\n\n', '')).to.equal('retry: 5000\n\n');
  });

  it('tell many changes at once as one', async () => {
    await using boss = await listen(bearer('boss'));
    for (let id = 0; id < 1000; id += 1) app.events.changed({ id, database: 'pt_xyz', sortedAt: new Date() });
    await until('it gets them', () => boss.changes() > 0);
    expect(boss.changes()).to.equal(1);
  });

  it('end with the token, and with the session', async () => {
    await using boss = await listen(bearer('boss'));
    const browser = new BrowserHere(app.url);
    await browser.signIn('token-of-boss');
    const [[name, value]] = [...browser.cookies] as [[string, string]];
    await using page = await listen({ cookie: `${name}=${value}` });
    expect(page.answer.headers.get('content-type')).to.contain('text/event-stream');
    await browser.post('/-/ui/sign-out', {}, '/-/ui/settings');
    await until('the page hears no more', () => page.hasEnded());
    expect(boss.hasEnded()).to.equal(false);
    known.delete('boss');
    await until('nor does the token', () => boss.hasEnded());
    expect((await listen(bearer('boss'))).answer.status).to.equal(401);
    expect((await listen({})).answer.status).to.equal(303);
  });

  it('do not keep a session alive, nor do pages that a script asks for', async () => {
    const browser = new BrowserHere(app.url);
    await browser.signIn('token-of-boss');
    const em = app.history.em.fork();
    const earlier = new Date(Date.now() - 3_600_000);
    await em.nativeUpdate(Session, { token: 'boss' }, { lastSeenAt: earlier });
    const seen = async () =>
      (await app.history.em.fork().find(Session, { token: 'boss' })).at(-1)!.lastSeenAt.getTime();
    await browser.get('/-/ui/settings', { 'x-lumbung-live': 'yes' });
    const [[name, value]] = [...browser.cookies] as [[string, string]];
    await (await listen({ cookie: `${name}=${value}` }))[Symbol.asyncDispose]();
    expect(await seen()).to.equal(earlier.getTime());
    await browser.get('/-/ui/settings');
    await until('its use is noted', async () => (await seen()) > earlier.getTime());
  });

  it('go to 20 pages of a token at most, and are forgotten when a page is closed', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => listen(bearer('client'))));
    expect((await listen(bearer('client'))).answer.status).to.equal(503);
    await using boss = await listen(bearer('boss'));
    expect(boss.answer.status).to.equal(200);
    for (const page of pages) await page[Symbol.asyncDispose]();
    await until('there is room again', async () => {
      await using next = await listen(bearer('client'));
      return next.answer.status === 200;
    });
  });
});
