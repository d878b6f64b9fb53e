import { hostname, networkInterfaces } from 'node:os';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DatabaseSource } from '../config/databases.ts';
import { PerHostLimiter } from './per-host-limiter.ts';

/** @param at a host, or the path of a socket */
function source(label: string, at: string): DatabaseSource {
  const place = at.startsWith('/') ? { socket: at } : { host: at };
  return {
    ...{ label, database: label, port: 3306, user: 'u', password: 'geheim', dumpOptions: [], shrinkLimitPercent: 50 },
    ...place,
  };
}

/** Lets all go on that can, and tells whether the promise has settled by then. */
async function settledSoon<T>(promise: Promise<T>): Promise<T | 'waits'> {
  const waits = new Promise<'waits'>(resolve => setImmediate(() => resolve('waits')));
  return Promise.race([promise, waits]);
}

describe('per-host-limiter', () => {
  /** Takes all that is available. */
  const takenFrom = (hosts: string[], perHost: number) => {
    const sources = hosts.map((host, index) => source(String(index), host));
    const turns = new PerHostLimiter(sources, perHost);
    const labels: string[] = [];
    const taking = (async () => {
      for await (const { label } of turns) labels.push(label);
    })();
    const soFar = async () => {
      const ended = (await settledSoon(taking)) !== 'waits';
      return [...labels, ...(ended ? ['all'] : [])];
    };
    return { soFar, ended: (index: number) => turns.release(sources[index]!) };
  };
  const turnsOf = (sources: DatabaseSource[], perHost: number) => {
    const turns = new PerHostLimiter(sources, perHost);
    return { turns, iterator: turns[Symbol.asyncIterator]() };
  };

  it('keeps the order as long as no host has enough', async () =>
    expect(await takenFrom(['a', 'b', 'a', 'c'], 2).soFar()).to.deep.equal(['0', '1', '2', '3', 'all']));

  it('lets those of other hosts go first while one has enough, and goes on as soon as one has ended', async () => {
    const { soFar, ended } = takenFrom(['a', 'a', 'a', 'b', 'a'], 1);
    expect(await soFar()).to.deep.equal(['0', '3']);
    ended(3);
    expect(await soFar(), 'one of another host has ended').to.deep.equal(['0', '3']);
    ended(0);
    expect(await soFar()).to.deep.equal(['0', '3', '1']);
    ended(1);
    await soFar();
    ended(2);
    expect(await soFar()).to.deep.equal(['0', '3', '1', '2', '4', 'all']);
  });

  it('knows a host by its name in any case, and treats all sockets as one machine', async () => {
    expect(await takenFrom(['DB.example', 'db.EXAMPLE', 'other'], 1).soFar()).to.deep.equal(['0', '2']);
    expect(await takenFrom(['/run/a.sock', '/run/b.sock', 'db'], 1).soFar()).to.deep.equal(['0', '2']);
  });

  it('treats every name and address of this machine as one host on any port, and no other host with it', async () => {
    const own = [
      hostname(),
      ...Object.values(networkInterfaces()).flatMap(found => found!.map(({ address }) => address)),
    ];
    const names = [
      '127.0.0.1',
      'localhost',
      'LocalHost.',
      '::1',
      '0:0:0:0:0:0:0:1',
      '127.1',
      '127.0.0.53',
      '/run/a.sock',
    ];
    const hosts = [...names, '::ffff:127.0.0.1', ...own, 'localhost.example', '128.0.0.1'];
    const { soFar, ended } = takenFrom(hosts, 1);
    expect((await soFar()).map(index => hosts[Number(index)])).to.deep.equal([
      hosts[0],
      'localhost.example',
      '128.0.0.1',
    ]);
    ended(0);
    expect((await soFar()).at(-1)).to.equal('1');
  });

  it('knows a host in each of its spellings', async () => {
    expect(await takenFrom(['db.example', 'DB.Example.', 'other'], 1).soFar()).to.deep.equal(['0', '2']);
    expect(await takenFrom(['fe80::A', 'FE80:0::a', '10.0.0.1', '10.1'], 1).soFar()).to.deep.equal(['0', '2']);
  });

  it('ends when all have been given out, those under way too', async () => {
    const { iterator } = turnsOf([source('0', 'a')], 1);
    expect((await iterator.next()).value?.label).to.equal('0');
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
    expect(await turnsOf([], 1).iterator.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('gives each source out once, in order among those whose host has room, regardless of when others end', async () => {
    const schedules = fc.record({
      hosts: fc.array(fc.constantFrom('a', 'A', 'b', 'c', '/run/x'), { maxLength: 25 }),
      perHost: fc.integer({ min: 1, max: 3 }),
      workers: fc.integer({ min: 1, max: 6 }),
      picks: fc.infiniteStream(fc.nat(1000)),
    });
    await fc.assert(
      fc.asyncProperty(schedules, async ({ hosts, perHost, workers, picks }) => {
        const sources = hosts.map((host, index) => source(String(index), host));
        const hostOf = (label: string) => hosts[Number(label)]!.toLowerCase();
        const { turns, iterator } = turnsOf(sources, perHost);
        const waiting = sources.map(({ label }) => label);
        const atWork: DatabaseSource[] = [];
        const on = (host: string) => atWork.filter(({ label }) => hostOf(label) === host).length;
        const endOne = () => {
          const [one] = atWork.splice(picks.next().value! % atWork.length, 1) as [DatabaseSource];
          turns.release(one);
        };
        for (;;) {
          // Some end before the next is asked for: at least one where all workers are busy.
          for (let ends = picks.next().value! % 3; ends > 0 && atWork.length > 0; ends--) endOne();
          if (atWork.length === workers) endOne();
          const asked = iterator.next();
          let next = await settledSoon(asked);
          while (next === 'waits') {
            for (const label of waiting) expect(on(hostOf(label)), 'waits although there is room').to.equal(perHost);
            endOne();
            next = await settledSoon(asked);
          }
          if (next.done) break;
          const { label } = next.value;
          const first = waiting.find(other => on(hostOf(other)) < perHost);
          expect(label, 'the first whose host has room').to.equal(first);
          waiting.splice(waiting.indexOf(label), 1);
          atWork.push(next.value);
          expect(on(hostOf(label))).to.be.at.most(perHost);
        }
        expect(waiting).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });
});
