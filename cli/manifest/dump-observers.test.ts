import { createHash } from 'node:crypto';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { expect } from 'chai';
import { DumpObserver } from './dump-observer.ts';
import { DumpObservers, LostObserver, type PassingDump } from './dump-observers.ts';

const LARGE = 1024 ** 3;

describe('dump-observers', () => {
  const started: Worker[] = [];
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const onWorker = (worker: Worker) => void started.push(worker);
  before(() => process.on('worker', onWorker));
  after(() => process.off('worker', onWorker));
  beforeEach(() => {
    started.splice(0);
    warnings.splice(0);
  });

  const sqlOf = (table: string, rows: number) =>
    `CREATE TABLE \`${table}\` (a int);\n${Array.from({ length: rows }, (_, row) => `INSERT INTO \`${table}\` VALUES (${row});\n`).join('')}-- Dump completed\n`;
  const piecesOf = (sql: string) =>
    Array.from({ length: Math.ceil(sql.length / 1000) }, (_, i) => {
      const text = sql.slice(1000 * i, 1000 * (i + 1));
      const piece = Buffer.from(new SharedArrayBuffer(text.length));
      piece.write(text, 'latin1');
      return piece;
    });
  const seenHere = (sql: string) => {
    const observer = new DumpObserver();
    observer.observe(Buffer.from(sql));
    const { tail, ...seen } = observer.end();
    return { ...seen, tail: Buffer.from(tail).toString() };
  };

  it('see in a thread what they see in the own one, of several dumps in turns', async () => {
    await using observers = new DumpObservers({ cores: 8, warn });
    const dumps = [sqlOf('one', 500), sqlOf('other', 300)];
    const passing = dumps.map(() => observers.begin(LARGE));
    const pieces = dumps.map(piecesOf);
    for (let i = 0; i < pieces[0]!.length; i++)
      await Promise.all(
        passing.map(({ observe }, dump) => {
          const piece = pieces[dump]![i];
          return piece && observe(piece);
        }),
      );
    const seen = await Promise.all(passing.map(it => it.end()));
    for (const it of passing) it[Symbol.dispose]();
    expect(seen.map(({ tail, ...it }) => ({ ...it, tail: Buffer.from(tail).toString() }))).to.deep.equal(
      dumps.map(seenHere),
    );
    expect(seen[1]).to.include({ sha256: createHash('sha256').update(dumps[1]!).digest('hex') });
    expect(started).to.have.length(1);
  });

  it('start no thread for a dump that is small, nor where there are few cores', async () => {
    for (const [cores, bytes] of [
      [8, 1024 ** 2],
      [4, LARGE],
    ] as const) {
      await using observers = new DumpObservers({ cores, warn });
      using passing = observers.begin(bytes);
      await passing.observe(Buffer.from(sqlOf('t', 2)));
      expect((await passing.end()).contents).to.include({ rows: 2 });
    }
    expect(started).to.deep.equal([]);
  });

  it('see a dump by itself after one that did not come to its end', async () => {
    await using observers = new DumpObservers({ cores: 8, warn });
    {
      using passing = observers.begin(LARGE);
      await passing.observe(piecesOf(sqlOf('t', 1))[0]!);
    }
    using next = observers.begin(LARGE);
    await next.observe(piecesOf(sqlOf('u', 2))[0]!);
    expect((await next.end()).contents).to.include({ rows: 2 });
  });

  describe('whose thread dies', () => {
    interface Death {
      readonly how: (worker: Worker) => unknown;
      readonly threadOptions?: WorkerOptions;
      readonly says: string;
    }
    const deaths: Record<string, Death> = {
      'of an error': { how: worker => worker.postMessage(null), says: "Cannot destructure property 'dump'" },
      'by an exit': { how: worker => worker.terminate(), says: 'exit code 1' },
      // Deno does not know the limit.
      ...(!('Deno' in globalThis) && {
        'as it runs out of memory': {
          how: worker => worker.postMessage(Array.from({ length: 1e6 }, (_, i) => ({ i }))),
          threadOptions: { resourceLimits: { maxOldGenerationSizeMb: 20 } },
          says: 'memory limit',
        },
      }),
    };
    const lost = (asked: Promise<unknown>) =>
      asked.then(
        () => expect.fail('it was answered'),
        error => expect(error).to.be.instanceOf(LostObserver),
      );
    const expectHere = async (passing: PassingDump) => {
      const sql = sqlOf('later', 2);
      for (const piece of piecesOf(sql)) await passing.observe(piece);
      const { tail, ...seen } = await passing.end();
      expect({ ...seen, tail: Buffer.from(tail).toString() }).to.deep.equal(seenHere(sql));
    };

    for (const [what, { how, threadOptions = {}, says }] of Object.entries(deaths))
      it(`${what} answer no more for the dumps that it held, see later ones in the own thread, and warn once`, async () => {
        await using observers = new DumpObservers({ cores: 8, threadOptions, warn });
        using passing = observers.begin(LARGE);
        using other = observers.begin(LARGE);
        await passing.observe(piecesOf(sqlOf('t', 1))[0]!);
        how(started[0]!);
        await lost(Promise.resolve(other.observe(piecesOf(sqlOf('u', 1))[0]!)));
        await lost(passing.end());
        using later = observers.begin(LARGE);
        await expectHere(later);
        expect(started).to.have.length(1);
        expect(warnings.join()).to.contain(says).and.contain('no backup is worth less for it');
        expect(warnings).to.have.length(1);
      });

    it('before it has begun see all dumps in the own thread, and warn once', async () => {
      await using observers = new DumpObservers({ cores: 8, threadOptions: { execArgv: ['--no-such-option'] }, warn });
      for (const _ of [1, 2]) {
        using passing = observers.begin(LARGE);
        await expectHere(passing);
      }
      expect(warnings).to.have.length(1);
    });
  });

  it('warn of no thread that they end by themselves, also in the middle of a dump', async () => {
    {
      await using observers = new DumpObservers({ cores: 8, warn });
      using passing = observers.begin(LARGE);
      await passing.observe(piecesOf(sqlOf('t', 1))[0]!);
    }
    expect(warnings).to.deep.equal([]);
  });
});
