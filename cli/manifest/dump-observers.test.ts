import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { DumpObserver } from './dump-observer.ts';
import { DumpObservers } from './dump-observers.ts';

const LARGE = 1024 ** 3;

describe('dump-observers', () => {
  const started: Worker[] = [];
  const onWorker = (worker: Worker) => void started.push(worker);
  before(() => process.on('worker', onWorker));
  after(() => process.off('worker', onWorker));
  beforeEach(() => started.splice(0));

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
    await using observers = new DumpObservers({ cores: 8 });
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
      await using observers = new DumpObservers({ cores });
      using passing = observers.begin(bytes);
      await passing.observe(Buffer.from(sqlOf('t', 2)));
      expect((await passing.end()).contents).to.include({ rows: 2 });
    }
    expect(started).to.deep.equal([]);
  });

  it('see a dump by itself after one that did not come to its end', async () => {
    await using observers = new DumpObservers({ cores: 8 });
    {
      using passing = observers.begin(LARGE);
      await passing.observe(piecesOf(sqlOf('t', 1))[0]!);
    }
    using next = observers.begin(LARGE);
    await next.observe(piecesOf(sqlOf('u', 2))[0]!);
    expect((await next.end()).contents).to.include({ rows: 2 });
  });

  it('fail what they have not yet seen when their thread has ended, and all that comes after', async () => {
    await using observers = new DumpObservers({ cores: 8 });
    using passing = observers.begin(LARGE);
    const asked = Promise.resolve(passing.observe(piecesOf(sqlOf('t', 1))[0]!)).catch(String);
    await once(process, 'worker');
    await started[0]!.terminate();
    expect(await asked).to.contain('the thread that reads dumps has ended');
    expect(await passing.end().catch(String)).to.contain('the thread that reads dumps has ended');
  });
});
