import { expect } from 'chai';
import { pino } from 'pino';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import {
  DAY_MS,
  forgetNights,
  type KeptBackup,
  keepNight,
  removeNow,
  scheduleNow,
} from '../../testing/service/removing.ts';
import { graphql, request } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { rebuildHistory } from '../backups/recovery/rebuild.ts';
import { openHistory } from '../history/orm.ts';
import { scheduleRemoval } from '../removal/schedule-removal.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';
import { pinBackup } from './pin-backup.ts';

describeOnAnyStore('a pin', store => {
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

  const FIELDS = 'id removalDue removal { at by reason } pins { kind reason by isActive endsAt releasedBy }';

  /** Changes something over GraphQL. @returns the backup, or the code of the error */
  async function change(mutation: string) {
    const { json, text } = await graphql(app.url, `mutation { backup: ${mutation} { ${FIELDS} } }`);
    return json.errors ? json.errors[0].extensions.code : (json.data?.backup ?? text);
  }

  const scheduled = ({ id }: KeptBackup) => {
    const now = new Date();
    const wanted = { backupId: id, dueAt: now, by: 'retention', why: 'old', kind: 'retention' } as const;
    return scheduleRemoval({ em: app.history.em.fork(), storage: app.storage, now }, wanted);
  };
  const isThere = async ({ id }: KeptBackup) => (await request(`${app.url}/${id}/download`)).status === 200;

  it('is not needed for as long as the grace of the configuration, also over GraphQL', async () => {
    await using other = await runApp(store, { configuration: { retention: { grace: '10d' } } });
    const [{ id }] = [await keepNight(other, 1), await keepNight(other, 2)];
    const { json } = await graphql(other.url, `mutation { forgetBackup(id: "${id}", reason: "x") { removalDue } }`);
    const days = (Date.parse(json.data.forgetBackup.removalDue) - Date.now()) / 86_400_000;
    expect(days).to.be.within(9.9, 10);
  });

  it('can be searched for, and so can what was removed, page by page and in their order', async () => {
    const [first, second] = nights as [KeptBackup, KeptBackup];
    const [third, fourth] = [await keepNight(app, 3), await keepNight(app, 4)];
    await scheduleNow(app, [first.id]);
    await removeNow(app);
    await change(`pinBackup(id: "${second.id}", reason: "x")`);
    await change(`holdBackup(id: "${third.id}", reason: "x")`);
    await change(`pinBackup(id: "${fourth.id}", reason: "x")`);
    await change(`unpinBackup(id: "${fourth.id}")`);
    const found = async (filter: string, page = '') => {
      const query = `{ backups(filter: { ${filter} }${page}) { totalCount nodes { id } pageInfo { endCursor } } }`;
      const { totalCount, nodes, pageInfo } = (await graphql(app.url, query)).json.data.backups;
      const ids: number[] = nodes.map(({ id }: { id: string }) => Number(id));
      return { totalCount, ids, end: pageInfo.endCursor };
    };
    const all = { pinned: [third.id, second.id], others: [fourth.id, first.id] };
    for (const also of ['', ', database: "pt_xyz"', ', states: [complete]']) {
      expect(await found(`isRemoved: true${also}`), also).to.deep.include({ totalCount: 1, ids: [first.id] });
      const present = [fourth.id, third.id, second.id];
      expect(await found(`isRemoved: false${also}`), also).to.deep.include({ totalCount: 3, ids: present });
      expect(await found(`isPinned: true${also}`), also).to.deep.include({ totalCount: 2, ids: all.pinned });
      expect(await found(`isPinned: false${also}`), also).to.deep.include({ totalCount: 2, ids: all.others });
    }
    const { end } = await found('isPinned: true', ', first: 1');
    expect((await found('isPinned: true', `, first: 1, after: "${end}"`)).ids).to.deep.equal([second.id]);
    const bySize = ', orderBy: { field: SIZE, direction: ASC }';
    expect((await found('isPinned: true', bySize)).ids).to.have.members(all.pinned);
  });

  it('keeps its backup from going until it is released or has ended, and so does a hold', async () => {
    const [first] = nights as [KeptBackup];
    const { id } = first;
    const pinned = await change(
      `pinBackup(id: "${id}", reason: " before the migration ", endsAt: "2099-01-01T00:00:00Z")`,
    );
    const pin = { kind: 'pin', reason: 'before the migration', by: 'anyone', isActive: true };
    expect(pinned.pins).to.deep.equal([{ ...pin, endsAt: '2099-01-01T00:00:00.000Z', releasedBy: null }]);
    expect(await scheduled(first)).to.equal('pinned');
    expect(await change(`pinBackup(id: "${id}", reason: "x")`)).to.equal('ALREADY_PINNED');
    await change(`holdBackup(id: "${id}", reason: "case 12/2026")`);
    expect(await scheduled(first)).to.equal('held');
    expect(await change(`forgetBackup(id: "${id}", reason: "x")`)).to.equal('BACKUP_HELD');
    await change(`releaseBackup(id: "${id}")`);
    expect(await scheduled(first)).to.equal('pinned');
    expect(await change(`forgetBackup(id: "${id}", reason: "x")`)).to.equal('BACKUP_PINNED');
    const unpinned = await change(`unpinBackup(id: "${id}")`);
    expect(unpinned.pins.map(({ releasedBy }: { releasedBy: string }) => releasedBy)).to.deep.equal([
      'anyone',
      'anyone',
    ]);
    expect(await change(`unpinBackup(id: "${id}")`)).to.equal('NOT_PINNED');
    expect(await scheduled(first)).to.equal('scheduled');
    expect(await removeNow(app)).to.include({ removed: 1 });
    expect(await change(`pinBackup(id: "${id}", reason: "too late")`)).to.equal('BACKUP_REMOVED');
  });

  it('takes a backup back that is about to go, at the last moment too', async () => {
    const [first] = nights as [KeptBackup];
    expect(await scheduled(first)).to.equal('scheduled');
    const pinned = await change(`holdBackup(id: "${first.id}", reason: "case 12/2026")`);
    expect(pinned.removalDue).to.equal(null);
    expect(await removeNow(app)).to.include({ removed: 0, kept: 0 });
    expect(await isThere(first)).to.equal(true);
  });

  it('that is made while its backup is on its way out still keeps it', async () => {
    const [first] = nights as [KeptBackup];
    await scheduleNow(app, [first.id]);
    const now = new Date();
    const pinning = { em: app.history.em.fork(), storage: app.storage, now };
    const result = await removeNow(app, {
      // The last that is asked before the backup is locked.
      mayGo: async () => {
        await pinBackup(pinning, first.id, { kind: 'pin', reason: 'wait', by: 'token ops' });
        return true;
      },
    });
    expect(result).to.include({ removed: 0, kept: 1 });
    expect(await isThere(first)).to.equal(true);
  });

  it('counts when it lies in the history beside a removal that is due', async () => {
    const [first] = nights as [KeptBackup];
    await scheduleNow(app, [first.id]);
    const made = { backup_id: first.id, kind: 'hold', reason: 'r', made_by: 'x', made_at: '2026-01-01 00:00:00' };
    await app.history.em
      .fork()
      .execute(`insert into pins (${Object.keys(made).join(', ')}) values (?, ?, ?, ?, ?)`, Object.values(made));
    const result = await removeNow(app);
    expect(result).to.include({ removed: 0, kept: 1 });
    expect(result.lines.join()).to.contain('it is held');
    expect(await isThere(first)).to.equal(true);
  });

  it('that has ended keeps nothing', async () => {
    const [first] = nights as [KeptBackup];
    const now = new Date();
    const pinning = { em: app.history.em.fork(), storage: app.storage, now };
    const endsAt = new Date(now.getTime() + DAY_MS);
    await pinBackup(pinning, first.id, { kind: 'pin', reason: 'a day', by: 'token ops', endsAt });
    expect(await scheduled(first)).to.equal('pinned');
    const later = { ...pinning, now: endsAt };
    const wanted = { backupId: first.id, dueAt: endsAt, by: 'retention', why: 'old', kind: 'retention' } as const;
    expect(await scheduleRemoval(later, wanted)).to.equal('scheduled');
  });

  it('is in the record beside its backup, from which a lost history gets it back', async () => {
    const [first] = nights as [KeptBackup];
    await change(`pinBackup(id: "${first.id}", reason: "yearly")`);
    await change(`unpinBackup(id: "${first.id}")`);
    await change(`holdBackup(id: "${first.id}", reason: "case 12/2026")`);
    const folder = await makeMemoryFolder('lumbung-again-');
    const history = await openHistory(await store.url(folder));
    try {
      const rebuilding = { em: history.em.fork(), storage: app.storage, log: pino({ level: 'silent' }) };
      await rebuildHistory({ ...rebuilding, verifyUploads: true });
      const rows = await history.em.execute(
        'select backup_id, kind, reason, made_by, released_by from pins order by id',
      );
      const common = { backup_id: first.id, made_by: 'anyone' };
      expect(rows).to.deep.equal([
        { ...common, kind: 'pin', reason: 'yearly', released_by: 'anyone' },
        { ...common, kind: 'hold', reason: 'case 12/2026', released_by: null },
      ]);
      const now = new Date();
      const wanted = { backupId: first.id, dueAt: now, by: 'x', why: 'y', kind: 'request_of_last' } as const;
      expect(await scheduleRemoval({ em: history.em.fork(), storage: app.storage, now }, wanted)).to.equal('held');
    } finally {
      await history.close(true);
    }
  });

  it('and a removal at the same moment, each in a process of its own: one of them wins, whole', async () => {
    for (const night of [3, 4, 5, 6, 7, 8]) nights.push(await keepNight(app, night));
    await scheduleNow(
      app,
      nights.map(({ id }) => id),
    );
    // With a storage of its own, as another process has it: only the store keeps the two apart.
    const pinning = { em: app.history.em.fork(), storage: folderStorage({ folder: app.storageDir }), now: new Date() };
    const hold = { kind: 'hold', reason: 'case 12/2026', by: 'user legal' } as const;
    const holding = nights.toReversed().map(({ id }) =>
      pinBackup(pinning, id, hold).then(
        () => true,
        error => (error.code === 'BACKUP_REMOVED' ? false : Promise.reject(error)),
      ),
    );
    const [result, ...areHeld] = await Promise.all([removeNow(app), ...holding]);
    expect(result.failed, result.lines.join()).to.equal(0);
    for (const [at, night] of nights.toReversed().entries())
      expect(await isThere(night), `${night.id}, held: ${areHeld[at]}`).to.equal(
        areHeld[at] || night === nights.at(-1),
      );
  });

  it('has its reason in one line, which changes nothing on the terminal that shows it', async () => {
    const reason = JSON.stringify('before\u001b[2J the\r\nmigration\u202e of\u0000 May\u009b');
    const pinned = await change(`pinBackup(id: "${nights[0]!.id}", reason: ${reason})`);
    expect(pinned.pins[0].reason).to.equal('before [2J the migration of May');
  });

  it('needs a reason, and an end in the future where it has one', async () => {
    const { id } = nights[0]!;
    for (const wrong of ['reason: ""', 'reason: "  "', `reason: "${'x'.repeat(1001)}"`])
      expect(await change(`pinBackup(id: "${id}", ${wrong})`)).to.equal('VALIDATION_FAILED');
    expect(await change(`pinBackup(id: "${id}", reason: "x", endsAt: "2020-01-01T00:00:00Z")`)).to.equal(
      'VALIDATION_FAILED',
    );
    expect(await change('pinBackup(id: "999", reason: "x")')).to.equal('BACKUP_NOT_FOUND');
    expect(await change('pinBackup(id: "x", reason: "x")')).to.equal('BACKUP_NOT_FOUND');
  });
});
