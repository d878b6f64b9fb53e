import { expect } from 'chai';
import { pino } from 'pino';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { AuditEntry } from '../entities/audit-entry.entity.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import { Audit } from './audit.ts';
import { pruningJob } from './prune-entries.ts';

const DAY_MS = 86_400_000;

for (const store of HISTORY_STORES)
  describe(`the audit trail that is kept for some years (${store.name})`, () => {
    const log = pino({ level: 'silent' });
    let history: Orm;
    let audit: Audit;
    beforeEach(async () => {
      history = await openHistory(await store.url(await makeMemoryFolder('lumbung-prune-')));
      audit = new Audit({ history, log });
    });
    afterEach(async () => {
      await audit.stop();
      await history.close(true);
    });

    const actor = { tokenId: undefined, token: 'acme', address: '127.0.0.1' };
    const add = (at: string) => audit.record({ actor, action: 'upload', result: 'done', at: new Date(at) });
    const prune = (now: string) =>
      pruningJob({ history, audit, log, keepYears: 2 }).run({
        now: new Date(now),
        signal: new AbortController().signal,
      });
    const uploads = async () => {
      const entries = await history.em
        .fork()
        .find(AuditEntry, { action: 'upload' }, { orderBy: { at: 'asc', id: 'asc' } });
      return entries.map(({ at }) => at.toISOString().slice(0, 10));
    };
    const ofItself = () => history.em.fork().find(AuditEntry, { action: 'audit' }, { orderBy: { id: 'asc' } });

    it('loses what is older, and has an entry that says what went, and of which time', async () => {
      for (const at of ['2024-11-29T09:59:59Z', '2024-11-29T10:00:01Z', '2026-11-29T10:00:00Z']) await add(at);
      await prune('2026-11-29T10:00:00Z');
      expect(await uploads()).to.deep.equal(['2024-11-29', '2026-11-29']);
      const entries = await ofItself();
      expect(entries.map(({ result }) => result)).to.deep.equal(['begun', 'done']);
      expect(JSON.parse(entries[1]!.detail!)).to.deep.include({ deleted: 1, before: '2024-11-29T10:00:00.000Z' });
      await prune('2026-11-29T10:00:00Z');
      expect(await ofItself(), 'nothing was to go').to.have.length(2);
    });

    it('loses no more than a month each day, however far the clock has jumped', async () => {
      const first = Date.parse('2024-01-01T00:00:00Z');
      const days = Array.from({ length: 100 }, (_, day) => new Date(first + day * DAY_MS).toISOString());
      await Promise.all(days.map(add));
      await prune('2126-01-01T00:00:00Z');
      expect((await uploads())[0]).to.equal('2024-02-01');
      await prune('2126-01-02T00:00:00Z');
      expect((await uploads())[0]).to.equal('2024-03-03');
    });

    it('loses nothing when the entry of that cannot be stored', async () => {
      await add('2020-01-01T00:00:00Z');
      audit.change = () => Promise.reject(new Error('no room'));
      expect(await prune('2026-11-29T10:00:00Z').catch(error => error.message)).to.equal('no room');
      expect(await uploads()).to.deep.equal(['2020-01-01']);
    });
  });
