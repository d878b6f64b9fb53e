import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../../testing/machine/memory-folder.ts';
import { Session } from '../../entities/session.entity.ts';
import { type Orm, openHistory } from '../../history/orm.ts';
import {
  csrfTokenOf,
  endSession,
  findSession,
  forgetEndedSessions,
  IDLE_MS,
  LONGEST_MS,
  listSessions,
  MOST_PER_TOKEN,
  noteUse,
  startSession,
} from './sessions.ts';

const BOSS = 'b'.repeat(64);
const CLIENT = 'c'.repeat(64);
const HOUR = 3_600_000;

for (const store of HISTORY_STORES)
  describe(`sessions of the dashboard (${store.name})`, () => {
    let folder: string;
    let history: Orm;
    before(async () => {
      folder = await makeMemoryFolder('lumbung-sessions-');
      history = await openHistory(await store.url(folder));
    });
    beforeEach(() => history.em.fork().nativeDelete(Session, { id: { $gt: 0 } }));
    after(async () => {
      await history.close(true);
      await rm(folder, { recursive: true });
    });

    const start = new Date('2026-11-29T19:00:00Z');
    const after_ = (ms: number) => ({ em: history.em.fork(), now: new Date(start.getTime() + ms) });
    const begin = (tokenHash = BOSS, ms = 0, browser = 'Firefox') =>
      startSession(after_(ms), { tokenHash, token: 'boss', address: '127.0.0.1', browser });

    it('are found by what the cookie holds, which is kept nowhere', async () => {
      const { id, value } = await begin();
      expect(await findSession(after_(0), value)).to.include({
        id,
        tokenHash: BOSS,
        token: 'boss',
        browser: 'Firefox',
      });
      const rows = JSON.stringify(await history.em.fork().getConnection().execute('select * from sessions'));
      expect(rows).to.not.contain(value);
      for (const other of ['', 'x', value.slice(1), `${value}x`, value.toUpperCase(), '%', BOSS])
        expect(await findSession(after_(0), other), other).to.equal(undefined);
    });

    it('end after 12 hours without use, and after 7 days in any case', async () => {
      const { value } = await begin();
      for (let ms = 0; ms < LONGEST_MS; ms += IDLE_MS - 1) {
        const session = await findSession(after_(ms), value);
        expect(session, `${ms / HOUR} h`).to.not.equal(undefined);
        await noteUse(after_(ms), session!);
      }
      expect(await findSession(after_(LONGEST_MS), value)).to.equal(undefined);
      const idle = await begin(BOSS, 0);
      expect(await findSession(after_(IDLE_MS), idle.value)).to.equal(undefined);
    });

    it('are listed and removed by the same rule', async () => {
      const old = await begin(BOSS, 0);
      const fresh = await begin(CLIENT, IDLE_MS - HOUR);
      const ids = async (ms: number, ofToken?: string) => (await listSessions(after_(ms), ofToken)).map(({ id }) => id);
      expect(await ids(IDLE_MS - 1)).to.deep.equal([fresh.id, old.id]);
      expect(await ids(IDLE_MS - 1, BOSS)).to.deep.equal([old.id]);
      expect(await ids(IDLE_MS)).to.deep.equal([fresh.id]);
      await forgetEndedSessions(after_(IDLE_MS));
      expect(await history.em.fork().count(Session)).to.equal(1);
      await history.em.fork().nativeUpdate(Session, { id: fresh.id }, { lastSeenAt: after_(LONGEST_MS * 2).now });
      await forgetEndedSessions(after_(LONGEST_MS + IDLE_MS));
      expect(await history.em.fork().count(Session)).to.equal(0);
    });

    it('end when someone ends them, of another token only for those who may', async () => {
      const { id, value } = await begin();
      expect(await endSession(after_(0), id, CLIENT)).to.equal(undefined);
      expect(await findSession(after_(0), value)).to.not.equal(undefined);
      expect(await endSession(after_(0), id, BOSS)).to.include({ id });
      expect(await findSession(after_(0), value)).to.equal(undefined);
      expect(await endSession(after_(0), id)).to.equal(undefined);
    });

    it(`are at most ${MOST_PER_TOKEN} of a token: the oldest ends`, async () => {
      const other = await begin(CLIENT);
      const first = await begin();
      const second = await begin();
      for (let n = 0; n < MOST_PER_TOKEN - 1; n += 1) await begin();
      expect(await listSessions(after_(0), BOSS)).to.have.length(MOST_PER_TOKEN);
      expect(await findSession(after_(0), first.value)).to.equal(undefined);
      expect(await findSession(after_(0), second.value)).to.not.equal(undefined);
      expect(await findSession(after_(0), other.value)).to.not.equal(undefined);
    });

    it('write that they were used once a minute at most, and take any name of a browser', async () => {
      const { id, value } = await begin(BOSS, 0, `${'🦊'.repeat(120)}\ud800`);
      const seen = async (ms: number) => {
        await noteUse(after_(ms), (await findSession(after_(ms), value))!);
        return (await history.em.fork().findOneOrFail(Session, id)).lastSeenAt.getTime() - start.getTime();
      };
      expect([await seen(59_999), await seen(60_000), await seen(61_000)]).to.deep.equal([0, 60_000, 60_000]);
      expect((await history.em.fork().findOneOrFail(Session, id)).browser).to.have.length.at.most(200);
    });
  });

describe('the CSRF token of a session', () => {
  it('follows from what the cookie holds, and does not show it', () => {
    expect(csrfTokenOf('a')).to.equal(csrfTokenOf('a'));
    expect(csrfTokenOf('a')).to.not.equal(csrfTokenOf('b'));
    expect(csrfTokenOf('a')).to.match(/^[\w-]{43}$/);
  });
});
