import { expect } from 'chai';
import fc from 'fast-check';
import { analyze, planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { countDamaged, countDue, dueBackups } from './due.ts';

/** What matters of a row: when it was checked last (in seconds, few, so that many are alike), and whether it is damaged. */
interface Row {
  readonly checked: number | null;
  readonly isDamaged: boolean;
  /** Stays as it is when its turn comes, as a file that can't be read does. */
  readonly isStubborn: boolean;
  /** It has no file any more. */
  readonly isRemoved: boolean;
}

const ORDINARY = { isDamaged: false, isStubborn: false, isRemoved: false };
const NOW = 1_000;
const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);

/** Where a page may end between rows of the same age, of each kind. */
const ALIKE: Row[] = [null, 1, 1, 2].flatMap(checked =>
  [false, false, true, true].flatMap(isDamaged => [
    { checked, isDamaged, isStubborn: false, isRemoved: false },
    { checked, isDamaged, isStubborn: true, isRemoved: false },
    { checked, isDamaged, isStubborn: false, isRemoved: true },
  ]),
);

describeOnAnyStore('what is due for a scrub', store => {
  let app: RunningApp;
  let database: number;
  before(async () => {
    app = await runApp(store);
    database = (await app.history.em.fork().upsert(Database, { name: 'pt_xyz' })).id;
  });
  after(() => app[Symbol.asyncDispose]());

  /** @returns the ids of the rows, in their order */
  async function fill(rows: readonly Row[]): Promise<number[]> {
    const em = app.history.em.fork();
    await em.nativeDelete(Backup, {});
    const common = { database, takenAt: at(0), receivedAt: at(0), size: 1, sha256: '0'.repeat(64) };
    for (const [i, { checked, isDamaged, isRemoved }] of rows.entries())
      em.create(Backup, {
        ...common,
        id: i + 1,
        fileName: `${i}`,
        checkedAt: checked === null ? null : at(checked),
        damage: isDamaged ? 'the stored file is gone' : null,
        removedAt: isRemoved ? at(0) : null,
      });
    await em.flush();
    return rows.map((_, i) => i + 1);
  }

  const row = fc.record({
    checked: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 })),
    isDamaged: fc.boolean(),
    isStubborn: fc.boolean(),
    isRemoved: fc.boolean(),
  });

  it('comes once each unless it was removed, damaged first, then the longest unchecked, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, checkedBefore, damagedBefore, page) => {
          const ids = await fill(rows);
          const due: number[] = [];
          const scope = { checkedBefore: at(checkedBefore), damagedBefore: at(damagedBefore) };
          for await (const { id } of dueBackups(app.history, scope, page)) {
            due.push(id);
            expect(due.length).to.be.at.most(rows.length);
            if (rows[id - 1]!.isStubborn) continue;
            await app.history.em.fork().nativeUpdate(Backup, { id }, { checkedAt: at(NOW) });
          }
          const checked = (id: number) => rows[id - 1]!.checked ?? -1;
          const isDamaged = (id: number) => rows[id - 1]!.isDamaged;
          const present = ids.filter(id => !rows[id - 1]!.isRemoved);
          const wanted = [
            ...present.filter(id => isDamaged(id) && checked(id) < damagedBefore),
            ...present
              .filter(id => !isDamaged(id) && checked(id) < checkedBefore)
              .sort((a, b) => checked(a) - checked(b) || a - b),
          ];
          expect(due).to.deep.equal(wanted);
        },
      ),
      {
        numRuns: 60,
        examples: [
          [ALIKE, 3, 3, 1],
          [ALIKE, 3, 3, 2],
        ],
      },
    ));

  it('is counted unless it was removed: never checked, or not since then', async () => {
    const row = { ...ORDINARY, isDamaged: true };
    const rows = [null, null, 0, 1, 2, 3].map(checked => ({ ...row, checked }));
    await fill([...rows, { ...row, checked: null, isRemoved: true }]);
    expect(await countDue(app.history.em.fork(), at(2))).to.equal(4);
    expect(await countDamaged(app.history.em.fork())).to.equal(6);
    // So many at most: a service has millions.
    for (const most of [1, 3, 4]) expect(await countDue(app.history.em.fork(), at(2), most)).to.equal(most);
  });

  it('is found by the index, without sorting', async () => {
    await fill(Array.from({ length: 1_000 }, (_, i) => ({ checked: i % 700, ...ORDINARY })));
    await analyze(app.history);
    const queries = await queriesOf(app.history, async () => {
      const scope = { checkedBefore: at(5), damagedBefore: at(5) };
      for await (const _ of dueBackups(app.history, scope, 3));
      await countDue(app.history.em.fork(), at(5));
    });
    const byAge = queries.filter(sql => sql.includes('order by') && sql.includes('checked_at` <'));
    expect(byAge).to.have.length.of.at.least(4);
    for (const sql of [...byAge.slice(1), ...queries.slice(-3)])
      expect(await planOf(app.history, sql), sql)
        .to.contain('backups_checked_at_id_index')
        .and.not.match(/filesort|TEMP B-TREE/);
  });
});
