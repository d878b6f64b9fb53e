import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { parseSidecar } from '../../server/backups/sidecar/sidecar.ts';
import { Backup } from '../../server/entities/backup.entity.ts';
import { Pin } from '../../server/entities/pin.entity.ts';
import type { Orm } from '../../server/history/orm.ts';
import { readErasures } from '../../server/offboarding/erasures.ts';
import { ERASED, FORGOTTEN, PRUNED, RemovalScene } from '../../testing/retention/removal-scene.ts';
import type { KeptBackup } from '../../testing/service/removing.ts';
import { describeOnEachStore } from '../../testing/service/running-app.ts';

/** In each the service is killed once or twice while it removes and erases, and a rebuild in the middle of that. */
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 30);
/** Of each kind: pruned, forgotten, erased. */
const DUE = 18 + 2 + 10;

describeOnEachStore(`a service that is killed (SIGKILL) at ${ROUNDS} random moments`, store => {
  /** How many changes of the storage all of it makes when no one kills it. */
  let changes: number;
  let scene: RemovalScene;
  beforeEach(async () => {
    scene = await RemovalScene.create(store);
  });
  afterEach(() => scene[Symbol.asyncDispose]());

  before(async () => {
    await using scene = await RemovalScene.create(store);
    await using service = await scene.start();
    changes = await scene.go(Number.POSITIVE_INFINITY);
    expect(changes).to.be.above(2 * DUE);
    expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
  });

  /** How much was still due behind each kill. */
  const left: number[] = [];
  after(function () {
    const inTheMiddle = left.filter(count => count > 0 && count < DUE).length;
    if (process.env.SHOW_KILLS) console.info(`      left of ${DUE} behind each kill: ${left.join(' ')}`);
    if (this.test?.parent?.tests.every(({ state }) => state === 'passed') && ROUNDS >= 10)
      expect(inTheMiddle, `of ${left.length} kills in the middle of the work`).to.be.above(left.length / 3);
  });

  async function killAt({ after, ms }: { after: number; ms: number }): Promise<void> {
    await using service = await scene.start();
    await scene.go(after);
    await sleep(ms);
    await service.kill();
    left.push(await countLeft());
  }

  /** As systemd does: what it began may come to its end, and nothing is an error. */
  async function stopAt({ after, ms }: { after: number; ms: number }): Promise<void> {
    await using service = await scene.start();
    await scene.go(after);
    await sleep(ms);
    expect(await service.stop()).to.equal(0);
    expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
  }

  /** Files of those that are to go. */
  async function countLeft(): Promise<number> {
    let count = 0;
    for await (const { database, fileNames } of scene.storage.list()) {
      const due = scene.nights[database]!.filter(({ id }) => scene.due.has(id));
      count += due.filter(({ fileName }) => fileNames.includes(fileName)).length;
    }
    return count;
  }

  async function stateOf({ id, database, fileName, bytes, sha256 }: KeptBackup, history = scene.history) {
    const address = { database, fileName };
    const row = await history.em.fork().findOne(Backup, { id });
    const text = await scene.storage.getMetadata(address);
    const record = text === undefined ? undefined : parseSidecar(text, address);
    if (typeof record === 'string') throw new Error(`the record of ${fileName} ${record}`);
    await using file = await scene.storage.open(address);
    const isWhole =
      file !== undefined && file.size === bytes.length && row?.sha256 !== undefined && row.sha256 === sha256;
    return { row, record, isStored: file !== undefined, isWhole };
  }

  /** Each is there with all that belongs to it, or is a tombstone; and never too few are there. */
  async function expectNeverHalf(): Promise<void> {
    const { requests } = await readErasures(scene.storage);
    let sound = 0;
    for (const backup of Object.values(scene.nights).flat()) {
      const { row, record, isStored, isWhole } = await stateOf(backup);
      const what = `${backup.database} ${backup.id}`;
      if (backup.database === ERASED && !row) {
        if (isStored || record) expect(requests, `${what} is left, and will go`).to.have.length(1);
        continue;
      }
      expect(row, what).to.not.equal(null);
      expect(record, `the record of ${what}`).to.not.equal(undefined);
      if (row!.removedAt) expect(record!.removal?.at, `the tombstone of ${what}`).to.be.a('string');
      else expect(isWhole, `the file of ${what}`).to.equal(true);
      if (!scene.due.has(backup.id)) expect(row!.removedAt ?? row!.removalDue, `${what} stays`).to.equal(null);
      if (backup.database === PRUNED && !row!.removedAt && isWhole) sound += 1;
    }
    expect(sound, 'complete and undamaged').to.be.at.least(3);
  }

  const pinsOf = async (history: Orm) =>
    (await history.em.fork().find(Pin, { id: { $gt: 0 } }, { orderBy: { id: 'asc' } })).map(
      ({ backupId, kind, reason, madeBy, releasedAt }) => ({ backupId, kind, reason, madeBy, releasedAt }),
    );

  /** What was pruned does not come back, and what kept something is not forgotten. */
  async function expectRebuilt(killAfterMs: number): Promise<void> {
    const rebuilt = await scene.rebuild(killAfterMs);
    try {
      for (const backup of [...scene.nights[PRUNED]!, ...scene.nights[FORGOTTEN]!]) {
        const { row, record } = await stateOf(backup, rebuilt);
        const what = `${backup.database} ${backup.id} in the new history`;
        expect(row, what).to.include({ fileName: backup.fileName, damage: null });
        expect(row!.removedAt?.toISOString(), what).to.equal(record!.removal?.at ?? undefined);
      }
      const old = (await pinsOf(scene.history)).filter(({ backupId }) =>
        scene.nights[PRUNED]!.some(b => b.id === backupId),
      );
      expect(await pinsOf(rebuilt)).to.have.deep.members(old);
      expect(old).to.have.length(2);
    } finally {
      await rebuilt.close(true);
    }
  }

  async function expectAllDone(): Promise<void> {
    const left: string[] = [];
    for await (const { database, fileNames, withMetadata } of scene.storage.list())
      left.push(`${database}: ${fileNames.length} files, ${withMetadata.length} records`);
    expect(left.sort()).to.deep.equal([`${FORGOTTEN}: 2 files, 4 records`, `${PRUNED}: 6 files, 24 records`]);
    const rows = await scene.history.em.fork().find(Backup, { id: { $gt: 0 } });
    expect(rows.filter(({ removedAt }) => removedAt).map(({ id }) => id)).to.have.members(
      [...scene.nights[PRUNED]!, ...scene.nights[FORGOTTEN]!].map(({ id }) => id).filter(id => scene.due.has(id)),
    );
    expect(rows, 'none of the erased client').to.have.length(28);
    const { requests, certificates } = await readErasures(scene.storage);
    expect(requests).to.deep.equal([]);
    expect(certificates.map(({ databases }) => databases[0]!.backups)).to.deep.equal([10]);
  }

  for (let round = 1; round <= ROUNDS; round++)
    it(`leaves each backup or its tombstone, and the next start goes on by itself (round ${round})`, async () => {
      const anyMoment = () => ({ after: Math.ceil(Math.random() * changes), ms: Math.random() * 10 });
      const moments = Array.from({ length: 1 + (round % 2) }, anyMoment);
      const stopped = anyMoment();
      const rebuildMs = Math.random() * 150;
      try {
        for (const moment of moments) {
          await killAt(moment);
          await expectNeverHalf();
        }
        await expectRebuilt(rebuildMs);
        if (round % 3 === 0) {
          await stopAt(stopped);
          await expectNeverHalf();
        }
        await using service = await scene.start();
        await scene.go(Number.POSITIVE_INFINITY);
        expect(await service.stop()).to.equal(0);
        expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
        await expectAllDone();
      } catch (error) {
        const when = { moments, rebuildMs, stopped };
        throw new Error(`killed, rebuilt and stopped at ${JSON.stringify(when)}`, {
          cause: error,
        });
      }
    });
});
