import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { followClock } from '../../testing/machine/set-clock.ts';
import { until } from '../../testing/until.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';
import { TokenFinder } from './find-token.ts';
import { TokenStore } from './token-store.ts';

describe('the look-up of a token', () => {
  let folder: string;
  let history: Orm;
  let store: TokenStore;
  let finder: TokenFinder;
  let text: string;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-tokens-');
    history = await openHistory(await HISTORY_STORES[0]!.url(folder));
    const storage = folderStorage({ folder: join(folder, 'backups') });
    await storage.checkUsable();
    store = new TokenStore({ history, storage });
    const made = await store.create({ name: 'acme', role: 'read', scope: EVERYTHING, lifetimeMs: undefined });
    text = made.text;
    finder = new TokenFinder({ history, log: pino({ level: 'silent' }) });
    store.onChange(() => finder.forget());
  });
  afterEach(async () => {
    await finder.settle();
    await history.close(true);
    await rm(folder, { recursive: true });
  });

  const manyAtOnce = () => Promise.all(Array.from({ length: 16 }, () => finder.find(text)));
  const lookUps = (queries: readonly string[]) => queries.filter(query => /^select .* from .tokens/.test(query));

  it('asks the history once for all requests that come with the token at the same time', async () => {
    const queries = await queriesOf(history, async () => {
      for (const { principal } of await manyAtOnce()) expect(principal?.name).to.equal('acme');
      await manyAtOnce();
    });
    expect(lookUps(queries)).to.have.length(1);
  });

  it('lets no one in by a token that has expired since it was read, without asking the history again', async () => {
    const lifetimeMs = 3_600_000;
    const made = await store.create({ name: 'guest', role: 'read', scope: EVERYTHING, lifetimeMs });
    expect((await finder.find(made.text)).principal?.name).to.equal('guest');
    const file = join(folder, 'clock');
    const at = (ms: number) => writeFileSync(file, String(ms));
    at(Date.now() + lifetimeMs - 60_000);
    using _clock = followClock(file);
    const queries = await queriesOf(history, async () => {
      expect((await finder.find(made.text)).principal?.name).to.equal('guest');
      const end = Date.now() + 60_000;
      at(end);
      await until('the clock', () => Date.now() >= end);
      expect(await finder.find(made.text))
        .to.deep.include({ hasExpired: true })
        .and.not.have.property('principal');
    });
    expect(lookUps(queries)).to.have.length(0);
  });

  it('does not believe an answer that was read before the token was revoked', async () => {
    const answered = Promise.withResolvers<void>();
    let isRead = false;
    const { em } = history;
    const fork = em.fork.bind(em);
    em.fork = () => {
      const own = fork();
      const findOne = own.findOne.bind(own) as (...args: unknown[]) => Promise<unknown>;
      const slow = async (...args: unknown[]) => {
        const row = await findOne(...args);
        isRead = true;
        await answered.promise;
        return row;
      };
      return Object.assign(own, { findOne: slow });
    };
    const early = finder.find(text);
    await until('the look-up', () => isRead);
    em.fork = fork;
    await store.revoke('acme');
    const late = finder.find(text);
    answered.resolve();
    expect((await early).principal?.name).to.equal('acme');
    for (const { refusal } of [await late, await finder.find(text)])
      expect(refusal).to.match(/^The token acme was revoked/);
  });
});
