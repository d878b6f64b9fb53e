import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { forgetNights, type KeptBackup, keepNight, removeNow, scheduleNow } from '../../testing/service/removing.ts';
import { request } from '../../testing/service/requests.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { rebuildHistory } from '../backups/recovery/rebuild.ts';
import { parseSidecar } from '../backups/sidecar/sidecar.ts';
import { openHistory } from '../history/orm.ts';
import type { FileAddress, Storage } from '../storage/storage.ts';

class Crash extends Error {}

type Step = 'putMetadata' | 'removeFile';

/** From the first step at which a removal can be cut off to the last. */
const CRASHES: ReadonlyArray<{
  readonly title: string;
  readonly step: Step;
  readonly isDone: boolean;
  readonly isRemoved: boolean;
}> = [
  { title: 'before its tombstone is written', step: 'putMetadata', isDone: false, isRemoved: false },
  { title: 'between its tombstone and its row', step: 'putMetadata', isDone: true, isRemoved: false },
  { title: 'between its row and its file', step: 'removeFile', isDone: false, isRemoved: true },
  { title: 'between its file and the last note in its row', step: 'removeFile', isDone: true, isRemoved: true },
];

/** A storage with which everything ends at a step; from then on nothing can be done any more, as after a crash. */
function crashing(storage: Storage, { step, isDone }: Pick<(typeof CRASHES)[number], 'step' | 'isDone'>): Storage {
  let isDead = false;
  const dies = (name: Step) => async (at: FileAddress, text?: string) => {
    if (isDead || (name === step && !isDone)) {
      isDead = true;
      throw new Crash('the machine is off');
    }
    const result = name === 'putMetadata' ? await storage.putMetadata(at, text!) : await storage.removeFile(at);
    if (name !== step) return result as never;
    isDead = true;
    throw new Crash('the machine is off');
  };
  return { ...storage, putMetadata: dies('putMetadata'), removeFile: dies('removeFile') };
}

describeOnEachStore('a removal that is cut off leaves the backup or its tombstone, never half:', store => {
  let app: RunningApp;
  let nights: KeptBackup[];
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    nights = [await keepNight(app, 1), await keepNight(app, 2)];
  });
  afterEach(() => forgetNights(app));

  /** What a client sees of it, which is one of two. */
  async function seenOf({ id, bytes }: KeptBackup): Promise<'there' | 'removed'> {
    const answer = await fetch(`${app.url}/${id}/download`);
    if (answer.status === 410) return 'removed';
    expect(answer.status).to.equal(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).to.equal(true);
    const { damage } = (await request(`${app.url}/${id}/manifest`)).json.data;
    expect(damage).to.equal(null);
    return 'there';
  }

  /** @returns what a history that is made again from the storage knows of it */
  async function rebuilt({ id }: KeptBackup) {
    const folder = await makeMemoryFolder('lumbung-again-');
    await mkdir(join(folder, 'store'));
    const history = await openHistory(await store.url(join(folder, 'store')));
    try {
      const log = pino({ level: 'silent' });
      const { failed } = await rebuildHistory({
        em: history.em.fork(),
        storage: app.storage,
        log,
        verifyUploads: true,
      });
      expect(failed).to.equal(0);
      const rowNow = async () => {
        const columns = 'removed_at, removal_due, removed_for, damage';
        const [row] = await history.em.execute(`select ${columns} from backups where id = ?`, [id]);
        return row as { removed_at: unknown; removal_due: unknown; removed_for: string; damage: unknown };
      };
      const atOnce = await rowNow();
      const audit = { within: async () => () => {} } as never;
      await removeNow({ history, storage: app.storage, events: app.events, audit });
      return { atOnce, atLast: await rowNow() };
    } finally {
      await history.close(true);
    }
  }

  for (const crash of CRASHES) {
    it(`${crash.title}, and the next round ends it`, async () => {
      const [first] = nights as [KeptBackup];
      await scheduleNow(app, [first.id]);
      const cut = await removeNow(app, { storage: crashing(app.storage, crash) });
      expect(cut).to.include({ removed: 0, kept: 0, failed: 1 });
      expect(await seenOf(first)).to.equal(crash.isRemoved ? 'removed' : 'there');
      const address = { database: first.database, fileName: first.fileName };
      const record = parseSidecar((await app.storage.getMetadata(address))!, address);
      if (typeof record === 'string') throw new Error(record);
      expect(record.removal, 'who and why is durable before anything goes').to.include({
        ...{ by: 'retention', reason: 'goes because a test says so' },
      });
      expect(await removeNow(app)).to.include({ removed: 1, kept: 0, failed: 0 });
      expect(await seenOf(first)).to.equal('removed');
      expect(await app.storedZips()).to.deep.equal([`pt_xyz/${nights[1]!.fileName}`]);
      expect(await removeNow(app), 'and that is all').to.include({ removed: 0, kept: 0, failed: 0 });
    });

    it(`${crash.title}, and a history that is lost then is rebuilt without it, but with who and why`, async () => {
      const [first] = nights as [KeptBackup];
      await scheduleNow(app, [first.id]);
      await removeNow(app, { storage: crashing(app.storage, crash) });
      const hasTombstone = crash.step === 'removeFile' || crash.isDone;
      const { atOnce, atLast: row } = await rebuilt(first);
      expect(atOnce.removed_at !== null, 'what was buried is not brought back, not even for a round').to.equal(
        hasTombstone,
      );
      expect(row).to.deep.include({ removal_due: null, removed_for: 'goes because a test says so', damage: null });
      expect(row.removed_at).to.not.equal(null);
      expect(await app.storedZips()).to.deep.equal([`pt_xyz/${nights[1]!.fileName}`]);
    });
  }

  it('a record that is no tombstone any more is written again before the file goes', async () => {
    const [first] = nights as [KeptBackup];
    const address = { database: first.database, fileName: first.fileName };
    const before = (await app.storage.getMetadata(address))!;
    await scheduleNow(app, [first.id]);
    await removeNow(app, { storage: crashing(app.storage, { step: 'removeFile', isDone: false }) });
    await app.storage.putMetadata(address, before);
    expect(await removeNow(app)).to.include({ removed: 1 });
    const record = parseSidecar((await app.storage.getMetadata(address))!, address);
    expect(record).to.have.nested.property('removal.reason', 'goes because a test says so');
  });
});
