import { expect } from 'chai';
import { pino } from 'pino';
import { databaseHistory, databaseList } from '../../protocol/responses.ts';
import {
  DAY_MS,
  forgetNights,
  type KeptBackup,
  keepNight,
  removeNow,
  scheduleNow,
} from '../../testing/service/removing.ts';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { scrubbed } from '../../testing/service/scrubbing.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { refuseEmptyStorage } from '../backups/recovery/refuse-empty-storage.ts';
import { reportOrphans } from '../backups/recovery/report-orphans.ts';
import { Backup } from '../entities/backup.entity.ts';
import { scheduleRemoval, takeBack } from './schedule-removal.ts';

describeOnAnyStore('a backup that is removed', store => {
  let app: RunningApp;
  let nights: KeptBackup[];
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    nights = [await keepNight(app, 1), await keepNight(app, 2), await keepNight(app, 3)];
  });
  afterEach(() => forgetNights(app));

  const download = ({ id }: KeptBackup) => request(`${app.url}/${id}/download`);
  const rowOf = ({ id }: KeptBackup) => app.history.em.fork().findOneOrFail(Backup, { id });

  it('can be downloaded and taken back until its grace is over, and then is gone but for its history', async () => {
    const [first] = nights as [KeptBackup];
    const now = new Date();
    const dueAt = new Date(now.getTime() + 3 * DAY_MS);
    const removing = { em: app.history.em.fork(), storage: app.storage, now };
    const wanted = {
      backupId: first.id,
      dueAt,
      by: 'retention',
      why: 'goes because it is old',
      kind: 'retention',
    } as const;
    expect(await scheduleRemoval(removing, wanted)).to.equal('scheduled');
    expect(await scheduleRemoval(removing, wanted)).to.equal('going');
    expect(await removeNow(app)).to.include({ removed: 0, kept: 0, failed: 0 });
    expect((await download(first)).status).to.equal(200);
    const going = (await request(`${app.url}/${first.id}/manifest`)).json.data;
    expect(going.removal).to.deep.equal({
      ...{ due: dueAt.toISOString(), at: null, by: 'retention', reason: 'goes because it is old' },
    });
    expect(await takeBack(removing, { backupId: first.id })).to.equal('taken_back');
    expect(await takeBack(removing, { backupId: first.id })).to.equal('not_going');
    expect((await request(`${app.url}/${first.id}/manifest`)).json.data.removal).to.equal(undefined);
    await scheduleRemoval(removing, wanted);
    const at = new Date(dueAt.getTime() + 1);
    expect(await removeNow(app, { now: at })).to.include({ removed: 1, kept: 0, failed: 0 });
    expect(await takeBack(removing, { backupId: first.id })).to.equal('removed');
    const gone = await download(first);
    expectError(gone, 410, 'BACKUP_REMOVED');
    expect(gone.json.message).to.contain('retention: goes because it is old');
    const report = (await request(`${app.url}/${first.id}/manifest`)).json.data;
    expect(report.removal).to.deep.equal({
      ...{ due: null, at: at.toISOString(), by: 'retention', reason: 'goes because it is old' },
    });
    expect(report.manifest.file_name, 'what it was is known still').to.equal(first.fileName);
    expect(await app.storedZips())
      .to.have.length(2)
      .and.not.include(`pt_xyz/${first.fileName}`);
    expect(await app.storedFiles()).to.include(`pt_xyz/${first.fileName}.json`);
  });

  it('stays in the history of its database in the same shape, and is the latest of nothing', async () => {
    const [first, second, third] = nights as [KeptBackup, KeptBackup, KeptBackup];
    const before = (await request(`${app.url}/pt_xyz`)).json.data;
    await scheduleNow(app, [first.id, third.id]);
    expect(await removeNow(app)).to.include({ removed: 2 });
    const { json } = await request(`${app.url}/pt_xyz`);
    expect(databaseHistory.isValidSync(json, { strict: true })).to.equal(true);
    const { histories, backup_count } = json.data;
    expect(backup_count).to.equal(3);
    const same = histories.map(({ removed_at: _, ...backup }: { removed_at?: string }) => backup);
    expect(same).to.deep.equal(before.histories);
    expect(histories.map((backup: { removed_at?: string }) => backup.removed_at !== undefined)).to.deep.equal([
      true,
      false,
      true,
    ]);
    const list = (await request(app.url)).json;
    expect(databaseList.isValidSync(list, { strict: true })).to.equal(true);
    expect(list.data[0].latest_backup.id).to.equal(second.id);
    expect(list.data[0].latest_complete.id).to.equal(second.id);
    const asked = await graphql(
      app.url,
      `{ database(name: "pt_xyz") { latestBackup { id } latestCompleteBackup { id } backupCount storedBytes }
         statistics { backups bytes damaged }
         backups { totalCount nodes { id removal { at by reason } removalDue } } }`,
    );
    const bytes = second.bytes.length;
    const { database, statistics, backups } = asked.json.data;
    expect(database).to.deep.equal({
      ...{ latestBackup: { id: `${second.id}` }, latestCompleteBackup: { id: `${second.id}` } },
      ...{ backupCount: 3, storedBytes: bytes },
    });
    expect(statistics).to.deep.equal({ backups: 3, bytes, damaged: 0 });
    expect(backups.totalCount).to.equal(3);
    const why = 'goes because a test says so';
    expect(backups.nodes.map(({ removal }: { removal: { reason: string } | null }) => removal?.reason)).to.deep.equal([
      ...[why, undefined, why],
    ]);
  });

  it('is listed as the latest when its database has no other, which is not one without backups', async () => {
    const only = await keepNight(app, 5, { database: 'pt_abc' });
    const em = app.history.em.fork();
    const wanted = { dueAt: new Date(0), by: 'token x', why: 'a test', kind: 'request_of_last' } as const;
    await scheduleRemoval({ em, storage: app.storage, now: new Date() }, { backupId: only.id, ...wanted });
    expect(await removeNow(app)).to.include({ removed: 1 });
    const [abc] = (await request(app.url)).json.data;
    expect([abc.database_name, abc.latest_backup.id, abc.latest_complete]).to.deep.equal(['pt_abc', only.id, null]);
    expect(abc.latest_backup.removed_at).to.be.a('string');
  });

  it('has a name that is not taken again, with the same bytes or with others', async () => {
    const [first] = nights as [KeptBackup];
    await scheduleNow(app, [first.id]);
    await removeNow(app);
    expectError(await upload(app.url, first, { manifest: sampleManifest(first) }), 409, 'BACKUP_REMOVED');
    expectError(await upload(app.url, { ...first, bytes: nights[1]!.bytes }), 422, 'INVALID_ZIP');
    expect(await app.storedZips()).to.not.include(`pt_xyz/${first.fileName}`);
  });

  it('is no loss and no damage: neither the scrub nor the next backup miss its file', async () => {
    const [first, second, third] = nights as [KeptBackup, KeptBackup, KeptBackup];
    await scheduleNow(app, [first.id, third.id]);
    await removeNow(app);
    const scrub = await scrubbed(app.url, '?all=true');
    expect(scrub).to.include({ files_checked: 1, files_damaged: 0, backups_damaged: 0, files_due: 0 });
    const tables = await request(`${app.url}/-/tables?database=pt_xyz&table=barang`);
    expect(tables.json.data.backups.map(({ id }: { id: number }) => id)).to.deep.equal([second.id]);
    expect((await rowOf(third)).damage).to.equal(null);
  });

  it('is not missed at the next start: the storage may be empty, and no file is lost', async () => {
    const em = app.history.em.fork();
    const storage = app.storage;
    const wanted = { dueAt: new Date(0), by: 'token x', why: 'a test', kind: 'request_of_last' } as const;
    for (const { id: backupId } of nights)
      await scheduleRemoval({ em, storage, now: new Date() }, { backupId, ...wanted });
    expect(await removeNow(app)).to.include({ removed: 3 });
    expect(await app.storedZips()).to.deep.equal([]);
    await refuseEmptyStorage({ em: em.fork(), storage });
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: line => void lines.push(line) });
    await reportOrphans({ em: em.fork(), storage, log });
    expect(lines).to.deep.equal([]);
  });

  it('is not compared with, and no advice leads to it', async () => {
    const full = await keepNight(app, 10, { database: 'pt_loss' });
    const again = await keepNight(app, 11, { database: 'pt_loss' });
    await scheduleNow(app, [again.id]);
    await removeNow(app);
    const shrunk = sampleZip({ database: 'pt_loss', takenAt: '2023-10-12T01:30:00Z' });
    const sent = await upload(app.url, shrunk, {
      manifest: sampleManifest(shrunk, { inventory: { tables: [table('barang', 100)] } }),
    });
    expect(sent.json.data.loss.reference.id, 'not the one that is gone').to.equal(full.id);
    const em = app.history.em.fork();
    const wanted = { dueAt: new Date(0), by: 'token x', why: 'a test', kind: 'request' } as const;
    await scheduleRemoval({ em, storage: app.storage, now: new Date() }, { backupId: full.id, ...wanted });
    await removeNow(app);
    const report = (await request(`${app.url}/${sent.json.data.id}/manifest`)).json.data;
    expect(report.loss.reference.id).to.equal(null);
    expect(JSON.stringify(report.findings)).to.contain(`Backup ${full.id} had what was lost, and was removed`);
  });

  it('is told to all who listen and to the audit trail', async () => {
    const [first] = nights as [KeptBackup];
    const changed: number[] = [];
    app.events.onChange(({ id }) => changed.push(id));
    await scheduleNow(app, [first.id]);
    await removeNow(app);
    expect(changed).to.deep.equal([first.id]);
    const { json } = await graphql(
      app.url,
      '{ auditEntries(filter: { action: remove }) { nodes { database backupId result detail token } } }',
    );
    const ofIt = json.data.auditEntries.nodes.filter(
      ({ backupId }: { backupId: string }) => backupId === `${first.id}`,
    );
    expect(ofIt).to.deep.equal([
      {
        ...{ database: 'pt_xyz', backupId: `${first.id}`, result: 'done', token: null },
        detail: JSON.stringify({ by: 'retention', reason: 'goes because a test says so' }),
      },
    ]);
  });
});

describeOnAnyStore('a backup that is about to be removed stays', store => {
  let app: RunningApp;
  let nights: KeptBackup[];
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    nights = [await keepNight(app, 1), await keepNight(app, 2), await keepNight(app, 3)];
  });
  afterEach(() => forgetNights(app));

  it('when the plan of now keeps it, with the reason in the log', async () => {
    const [first, second] = nights as [KeptBackup, KeptBackup];
    await scheduleNow(app, [first.id, second.id]);
    const asked: unknown[] = [];
    const result = await removeNow(app, {
      mayGo: async backup => {
        asked.push(backup);
        return backup.id === first.id ? 'it is the newest of its year' : true;
      },
    });
    expect(result).to.include({ removed: 1, kept: 1, failed: 0 });
    expect(asked[0]).to.deep.equal({
      ...{ id: first.id, database: 'pt_xyz', fileName: first.fileName, by: 'retention' },
      why: 'goes because a test says so',
    });
    expect(result.lines.join()).to.contain(
      `Backup ${first.id} of pt_xyz was about to be removed, and stays: it is the newest of its year`,
    );
    expect((await request(`${app.url}/${first.id}/download`)).status).to.equal(200);
    expect(await removeNow(app), 'it does not go the next time').to.include({ removed: 0, kept: 0 });
  });

  it('when it is the last complete one of its database by then, unless someone has said so', async () => {
    await scheduleNow(
      app,
      nights.map(({ id }) => id),
    );
    expect(await removeNow(app)).to.include({ removed: 2, kept: 1, failed: 0 });
    expect((await request(`${app.url}/${nights[2]!.id}/download`)).status).to.equal(200);
  });

  it('when the storage cannot be used: nothing goes in that round', async () => {
    await scheduleNow(app, [nights[0]!.id]);
    const broken = { ...app.storage, checkUsable: () => Promise.reject(new Error('read-only file system')) };
    expect(await removeNow(app, { storage: broken }).catch(error => error)).to.be.instanceOf(Error);
    expect((await request(`${app.url}/${nights[0]!.id}/download`)).status).to.equal(200);
  });

  it('when its file cannot be removed: it is tried again, and the others go', async () => {
    await scheduleNow(app, [nights[0]!.id, nights[1]!.id]);
    const removeFile: typeof app.storage.removeFile = at =>
      at.fileName === nights[0]!.fileName
        ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))
        : app.storage.removeFile(at);
    expect(await removeNow(app, { storage: { ...app.storage, removeFile } })).to.include({ removed: 1, failed: 1 });
    expect(await app.storedZips()).to.have.length(2);
    expect(await removeNow(app)).to.include({ removed: 1, failed: 0 });
    expect(await app.storedZips()).to.have.length(1);
  });

  it('leaves the last complete backup also where two services remove one each at the same moment', async () => {
    for (let round = 1; round <= 6; round++) {
      const database = `pair_${round}`;
      const pair = [await keepNight(app, 1, { database }), await keepNight(app, 2, { database })];
      await scheduleNow(
        app,
        pair.map(({ id }) => id),
      );
      const both = Promise.withResolvers<void>();
      let waiting = 0;
      const removeOnly = (own: number) =>
        removeNow(app, {
          mayGo: async ({ id }) => {
            if (id !== pair[own]!.id) throw new Error('the other service has it');
            waiting += 1;
            if (waiting === 2) both.resolve();
            await both.promise;
            return true;
          },
        });
      await Promise.all([removeOnly(0), removeOnly(1)]);
      const left = (await app.storedZips()).filter(path => path.startsWith(`${database}/`));
      expect(left, database).to.have.length(1);
    }
  });
});
