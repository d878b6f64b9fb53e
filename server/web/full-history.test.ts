import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fillDisk, mountSmallDisk } from '../../testing/machine/small-disk.ts';
import { BrowserHere, type Shown } from '../../testing/service/browser-here.ts';
import { request } from '../../testing/service/requests.ts';
import { headersOf, runWithViewers, textOf } from '../../testing/service/web-scene.ts';
import { Session } from '../entities/session.entity.ts';

describe('a sign-in while the history stores nothing', () => {
  it('says that its disk is full, what to do, and what still answers; and works again when there is room', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'lumbung-full-history-'));
    const disk = mountSmallDisk(folder, 4);
    if (!disk) return this.skip();
    const filler = join(folder, 'filler');
    const app = await runWithViewers(
      {},
      { name: 'SQLite', url: async () => `sqlite:${join(folder, 'history.sqlite')}` },
    );
    try {
      const before = new BrowserHere(app.url);
      await before.signIn('boss');
      await fillDisk(filler);
      const answer = await signInUntilRefused(app.url);
      expect(answer.status).to.equal(503);
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      expect(textOf(answer))
        .to.contain('No one can sign in now')
        .and.contain('the disk of the history is full')
        .and.contain('DATABASE_URL')
        .and.contain('sade list')
        .and.not.contain(folder);
      const headers = { ...headersOf('boss'), 'content-type': 'application/json' };
      expect((await request(app.url, { headers })).status).to.equal(200);
      const body = JSON.stringify({ query: '{ databases { totalCount } }' });
      const asked = await request(`${app.url}/graphql`, { method: 'POST', headers, body });
      expect(asked.json.data.databases.totalCount).to.equal(0);
      expect((await before.get('/-/ui')).status, 'who is signed in stays so').to.equal(200);
      await rm(filler);
      await new BrowserHere(app.url).signIn('reader');
    } finally {
      await app[Symbol.asyncDispose]();
      disk[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says that it cannot be written to, in the language of the reader, and hides no bug behind that', async () => {
    await using app = await runWithViewers();
    const { em } = app.history;
    const fork = em.fork.bind(em);
    let error: Error = Object.assign(new Error('attempt to write a readonly database'), { errcode: 8 });
    em.fork = options => {
      const forked = fork(options);
      const insert = forked.insert.bind(forked);
      const failing = (entity: unknown, ...rest: unknown[]) =>
        entity === Session ? Promise.reject(error) : insert(...([entity, ...rest] as Parameters<typeof insert>));
      return Object.assign(forked, { insert: failing });
    };
    const signIn = (language: string) =>
      new BrowserHere(app.url, { 'accept-language': language }).post('/-/ui/sign-in', { token: 'boss' });
    const [english, indonesian] = [await signIn('en'), await signIn('id')];
    expect([english.status, indonesian.status]).to.deep.equal([503, 503]);
    expect(textOf(english)).to.contain('the history cannot be written to now').and.contain('read-only');
    expect(textOf(indonesian)).to.contain('riwayat sedang tidak dapat ditulisi');
    error = new TypeError('a bug');
    expect((await signIn('en')).status).to.equal(500);
    em.fork = fork;
    expect((await signIn('en')).status).to.equal(303);
  });
});

/** SQLite has room for some rows in its log. */
async function signInUntilRefused(url: string): Promise<Shown> {
  for (let n = 0; n < 100; n += 1) {
    const answer = await new BrowserHere(url).post('/-/ui/sign-in', { token: 'boss' });
    if (answer.status !== 303) return answer;
  }
  throw new Error('100 sessions were stored on a full disk');
}
