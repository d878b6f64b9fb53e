import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { pino } from 'pino';
import { addToRoster } from '../../testing/freshness/watched-history.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { watchAsFresh } from '../../testing/retention/retention-scene.ts';
import { DAY_MS, type KeptBackup, keepNight, removeNow, scheduleNow } from '../../testing/service/removing.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { sampleFailure, sampleRun } from '../../testing/service/sample-runs.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { rebuildHistory } from '../backups/recovery/rebuild.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { Alarm } from '../entities/alarms/alarm.entity.ts';
import { Backup } from '../entities/backup.entity.ts';
import { OutboxMessage } from '../entities/outbox-message.entity.ts';
import { pauseDatabase } from '../freshness/decide.ts';
import { evaluateFreshness } from '../freshness/evaluate-freshness.ts';
import { isSqlite } from '../history/dialect.ts';
import { openHistory } from '../history/orm.ts';
import { enqueue } from '../notifications/outbox.ts';
import { pinBackup, releasePin } from '../pins/pin-backup.ts';
import { makePlan } from '../retention/stored-plans.ts';
import { askErasure, cancelErasure, confirmErasure } from './ask-erasure.ts';
import { type Erasing, eraseDue, hmacOf, pseudonymOf } from './erase-due.ts';
import { readErasures } from './erasures.ts';
import { exportClient } from './export-client.ts';
import { hrefOf } from './index-page.ts';

const run = promisify(execFile);

describeOnAnyStore('a client that is handed over', store => {
  let app: RunningApp;
  let nights: KeptBackup[];
  let to: string;
  const ODD = `acme_<b>&"x'`;
  beforeEach(async () => {
    app = await runApp(store);
    nights = [await keepNight(app, 1, { database: 'acme_shop' }), await keepNight(app, 2, { database: 'acme_shop' })];
    nights.push(await keepNight(app, 3, { database: ODD }));
    await keepNight(app, 4, { database: 'other' });
    to = join(await makeMemoryFolder('lumbung-export-'), 'handed over');
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const exporting = (storage = app.storage) => ({
    ...{ em: app.history.em.fork(), storage, now: new Date('2026-11-29T12:00:00Z'), storageDir: app.storageDir },
  });
  const filesIn = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort();

  it('gets each zip, checked, what is known of it, SHA256SUMS and a page, and nothing of others', async () => {
    const none = { damaged: 0, missing: 0, removed: 0 };
    expect(await exportClient(exporting(), 'acme_*', to)).to.deep.equal({ databases: 2, copied: 3, there: 0, ...none });
    const zips = nights.map(({ database, fileName }) => `${database}/${fileName}`);
    const own = ['SHA256SUMS', 'index.html', 'lumbung-export.json'];
    expect(await filesIn(to)).to.deep.equal([...own, ...zips, ...zips.map(path => `${path}.json`)].sort());
    for (const { database, fileName, bytes } of nights)
      expect((await readFile(join(to, database, fileName))).equals(bytes)).to.equal(true);
    await run('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: to });
    const { fileName, id } = nights[0]!;
    const report = JSON.parse(await readFile(join(to, 'acme_shop', `${fileName}.json`), 'utf8'));
    expect(report).to.deep.include({ id, database_name: 'acme_shop', state: 'complete' });
    expect(report.manifest.file_name).to.equal(fileName);
    const page = await readFile(join(to, 'index.html'), 'utf8');
    expect(page, 'names are escaped').to.not.contain('<b>').and.to.not.contain("'x");
    expect(page).to.not.match(/<script|https?:|src=/);
    for (const { database, fileName } of nights)
      expect(page).to.contain(`href="${hrefOf(database, fileName).replaceAll("'", '&#39;')}"`);
    expect(page.match(/<tr><td>/g)).to.have.length(3);
  });

  it('gets the rest when it was interrupted, and is told what is damaged or was removed', async () => {
    const [first, second] = nights as [KeptBackup, KeptBackup];
    let opened = 0;
    const open: typeof app.storage.open = async at => {
      opened += 1;
      if (opened > 1) throw new Error('the disk went away');
      return app.storage.open(at);
    };
    const cut = exportClient(exporting({ ...app.storage, open }), 'acme_*', to);
    expect(await cut.catch(error => error)).to.have.property('message', 'the disk went away');
    expect(
      (await filesIn(to)).filter(path => path.endsWith('index.html')),
      'no page without all',
    ).to.deep.equal([]);
    await writeFile(join(to, 'acme_shop', `.${first.fileName}.part`), 'left by a kill');
    await writeFile(join(app.storageDir, 'acme_shop', second.fileName), 'rotten');
    const seen: string[] = [];
    const done = await exportClient(
      { ...exporting(), onBackup: ({ id }, result) => seen.push(`${id} ${result}`) },
      'acme_*',
      to,
    );
    expect(done).to.include({ there: 1, copied: 1, damaged: 1, missing: 0, removed: 0 });
    expect(seen).to.have.members([`${nights[2]!.id} there`, `${first.id} copied`, `${second.id} damaged`]);
    expect(await filesIn(to)).to.not.include(`acme_shop/${second.fileName}`);
    expect((await filesIn(to)).filter(path => path.endsWith('.part'))).to.deep.equal([]);
    await scheduleNow(app, [first.id]);
    await removeNow(app);
    expect(await exportClient(exporting(), 'acme_*', `${to} 2`)).to.include({ copied: 1, damaged: 1, removed: 1 });
    expect(await readFile(join(`${to} 2`, 'index.html'), 'utf8')).to.contain('not here: it was removed');
  });

  it('never gets bytes that are not those of the receipt, however they look', async () => {
    const path = join(app.storageDir, 'acme_shop', nights[0]!.fileName);
    const bytes = Buffer.from(nights[0]!.bytes);
    bytes[40]! ^= 1;
    await writeFile(path, bytes);
    expect(await exportClient(exporting(), 'acme_shop', to)).to.include({ copied: 1, damaged: 1 });
    expect(await filesIn(to)).to.not.include(`acme_shop/${nights[0]!.fileName}`);
  });

  it('overwrites nothing: neither a file in the folder, nor the folder of something else', async () => {
    await mkdir(join(to, 'acme_shop'), { recursive: true });
    await writeFile(join(to, 'mine'), 'x');
    const refusedCode = (folder: string, client = 'acme_*') =>
      exportClient(exporting(), client, folder).then(
        () => 'done',
        ({ code, message }) => code ?? message,
      );
    expect(await refusedCode(to)).to.equal('FOLDER_IN_USE');
    const foreign = await exportClient(exporting(), 'acme_*', '/sys/lumbung-export').catch(error => error);
    expect(foreign.message).to.match(
      /^The user \S+ may not write to '\/sys\/lumbung-export'\. .* install -d -o \S+ \/sys\/lumbung-export$/,
    );
    expect(await refusedCode(app.storageDir)).to.equal('FOLDER_IN_USE');
    expect(await refusedCode(join(app.storageDir, 'acme_shop'))).to.equal('FOLDER_IN_USE');
    const folder = `${to} 3`;
    expect(await refusedCode(folder)).to.equal('done');
    expect(await refusedCode(folder, 'other')).to.equal('FOLDER_IN_USE');
    await writeFile(join(folder, 'acme_shop', nights[0]!.fileName), 'something else');
    expect(await refusedCode(folder)).to.contain('has other bytes');
    expect(await readFile(join(folder, 'acme_shop', nights[0]!.fileName), 'utf8')).to.equal('something else');
    expect(await refusedCode(`${to} 4`, 'nobody_*')).to.equal('DATABASE_NOT_FOUND');
    expect(await refusedCode(`${to} 4`, 'a*b')).to.equal('VALIDATION_FAILED');
  });
});

describeOnAnyStore('a client that is erased', store => {
  let app: RunningApp;
  let shop: KeptBackup[];
  let other: KeptBackup;
  const now = new Date();
  beforeEach(async () => {
    app = await runApp(store);
    shop = [await keepNight(app, 1, { database: 'acme_shop' }), await keepNight(app, 2, { database: 'acme_shop' })];
    other = await keepNight(app, 3, { database: 'acme_shop_2' });
    await keepNight(app, 3, { database: 'acme2' });
    const [{ id, fileName }] = shop as [KeptBackup];
    const drill = sampleDrill({ database: 'acme_shop', backup: { id, file_name: fileName, zip_sha256: null } });
    const headers = { 'content-type': 'application/json' };
    expect(
      (await request(`${app.url}/-/drills`, { method: 'POST', headers, body: JSON.stringify(drill) })).status,
    ).to.equal(201);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const asking = (at = now) => ({ em: app.history.em.fork(), storage: app.storage, now: at });
  const erasing = (days: number, storage = app.storage): Erasing => ({
    ...{ em: app.history.em.fork(), storage, now: new Date(now.getTime() + days * DAY_MS) },
    ...{ log: pino({ level: 'silent' }), events: app.events, audit: app.audit },
  });
  async function confirmed(client = 'acme_shop') {
    const { code } = await askErasure(asking(), { client, reason: 'the contract has ended', by: 'user ops' });
    return confirmErasure(asking(), { client, code, by: 'user boss' });
  }
  const ALL_COLUMNS = { populate: ['notification'] } as const;
  async function tables(): Promise<string[]> {
    const em = app.history.em.fork();
    const sql = isSqlite(em)
      ? "select name from sqlite_master where type = 'table'"
      : 'select table_name as name from information_schema.tables where table_schema = database()';
    return (await em.execute<Array<{ name: string }>>(sql)).map(({ name }) => name);
  }
  const namesListed = async () =>
    (await request(app.url)).json.data.map(({ database_name }: { database_name: string }) => database_name);

  it('is gone after two confirmations and a week: zips, records, rows, reports and names; a certificate stays', async () => {
    await scheduleNow(app, [shop[0]!.id]);
    await removeNow(app);
    const { id, key, due } = await confirmed();
    expect(Date.parse(due) - now.getTime()).to.equal(7 * DAY_MS);
    expect(await eraseDue(erasing(6.9))).to.deep.equal([]);
    expect(await namesListed()).to.include('acme_shop');
    const [certificate] = await eraseDue(erasing(7));
    const zips = createHash('sha256');
    for (const { sha256, bytes } of shop) zips.update(`${sha256} ${bytes.length}\n`);
    expect(certificate).to.deep.include({
      id,
      asked_by: 'user ops',
      confirmed_by: 'user boss',
      reason: 'the contract has ended',
    });
    expect(certificate!.databases).to.deep.equal([
      {
        ...{ name_hmac: hmacOf(key, 'acme_shop'), backups: 2, bytes: shop[1]!.bytes.length },
        zips_sha256: zips.digest('hex'),
      },
    ]);
    expect(await namesListed()).to.deep.equal(['acme2', 'acme_shop_2']);
    expect((await request(`${app.url}/acme_shop`)).status).to.equal(404);
    for (const { id } of shop) expect((await request(`${app.url}/${id}/download`)).status).to.equal(404);
    expect((await request(`${app.url}/${other.id}/download`)).status).to.equal(200);
    expect((await request(`${app.url}/-/drills`)).json.data.drills ?? []).to.deep.equal([]);
    expect((await app.storedFiles()).filter(path => path.startsWith('acme_shop/'))).to.deep.equal([]);
    await app.audit.checkStored();
    const { json } = await graphql(
      app.url,
      '{ auditEntries(first: 1000) { nodes { action database detail } } statistics { backups } }',
    );
    const trail = json.data.auditEntries.nodes as Array<{
      action: string;
      database: string | null;
      detail: string | null;
    }>;
    expect(
      trail.filter(({ database, detail }) => database === 'acme_shop' || /"acme_shop"/.test(detail ?? '')),
    ).to.deep.equal([]);
    const pseudonym = pseudonymOf({ key }, 'acme_shop');
    expect(trail.filter(({ database, action }) => database === pseudonym && action === 'upload')).to.have.length(2);
    expect(json.data.statistics.backups).to.equal(2);
    expect((await readErasures(app.storage)).requests).to.deep.equal([]);
    expect(JSON.stringify(await readErasures(app.storage))).to.not.contain('acme_shop');
  });

  it('leaves none of its names: in no table and no file, also of databases that were only on a list', async () => {
    const client = ['acme_shop', 'acme_shop_2', 'acme_shop_new'];
    const headers = { 'content-type': 'application/json' };
    const run = JSON.stringify({
      ...sampleRun([...client, 'acme2']),
      outcomes: [sampleFailure('acme_shop_new')],
      exit_code: 1,
    });
    expect((await request(`${app.url}/-/runs`, { method: 'POST', headers, body: run })).status).to.equal(201);
    const configuration = configurationOf({ retention: { enabled: true } });
    const deciding = { ...asking(), configuration };
    const until = new Date(now.getTime() + 30 * DAY_MS);
    await pauseDatabase(deciding, 'acme_shop', { until, by: 'user ops', reason: 'it moves' });
    await evaluateFreshness({ ...deciding, log: pino({ level: 'silent' }) });
    await makePlan({ ...deciding, log: pino({ level: 'silent' }) });
    // Of all databases together: an open one, and a message that waits.
    const names = [...client, 'acme2', 'my acme_shopping'];
    const state = { severity: 'warning', since: now, openedAt: now, untoldSince: null, toldCount: 1 } as const;
    await app.history.em.fork().insert(Alarm, {
      ...{ ...state, kind: 'drill_due', subject: 'drills', alarmKey: 'drill_due:drills', openKey: 'drill_due:drills' },
      ...{ groupKey: 'drill_due:drills', summary: 'acme_shop had no drill', mutedBy: 'overdue:acme_shop_2' },
      detail: JSON.stringify({ databases: names }),
    });
    const notification = { kind: 'alarms', title: 'acme_shop is late', lines: names, severity: 'warning' } as const;
    const message = { ...notification, at: now.toISOString(), alarms: [] };
    for (const dedupeKey of ['told', 'late:acme_shop'])
      await enqueue(app.history.em.fork(), { channels: ['mail'], dedupeKey, notification: message, now });
    await app.history.em.fork().nativeUpdate(OutboxMessage, { dedupeKey: 'told' }, { deliveredAt: now });

    await confirmed('acme_shop*');
    const [certificate] = await eraseDue(erasing(7));
    expect(certificate!.databases).to.have.length(3);
    const kept: string[] = [];
    for (const table of await tables()) {
      const rows = await app.history.em.fork().execute<object[]>(`select * from \`${table}\``);
      kept.push(...rows.map(row => `${table} ${JSON.stringify(row)}`));
    }
    for (const path of await readdir(app.storageDir, { recursive: true })) {
      const bytes = await readFile(join(app.storageDir, path), 'latin1').catch(() => '');
      kept.push(`${path} ${bytes}`);
    }
    expect(kept.filter(text => /acme_shop(?!ping)/.test(text))).to.deep.equal([]);
    const alarm = await app.history.em.fork().findOneOrFail(Alarm, { kind: 'drill_due' });
    expect(JSON.parse(alarm.detail).databases, 'what is of others stays').to.include.members([
      'acme2',
      'my acme_shopping',
    ]);
    const [waiting, ...more] = await app.history.em.fork().find(OutboxMessage, { id: { $gt: 0 } }, ALL_COLUMNS);
    expect(more).to.deep.equal([]);
    expect(JSON.parse(waiting!.notification).lines).to.include.members(['acme2', 'my acme_shopping']);
  });

  it('is free for a new start, and does not come back by a rebuild', async () => {
    await confirmed();
    await eraseDue(erasing(7));
    const folder = await makeMemoryFolder('lumbung-again-');
    const history = await openHistory(await store.url(folder));
    try {
      await rebuildHistory({
        em: history.em.fork(),
        storage: app.storage,
        log: pino({ level: 'silent' }),
        verifyUploads: true,
      });
      expect(await history.em.fork().count(Backup, { database: { name: 'acme_shop' } })).to.equal(0);
      expect(await history.em.fork().count(Backup, { database: { name: 'acme_shop_2' } })).to.equal(1);
    } finally {
      await history.close(true);
    }
    const again = await upload(app.url, shop[0]!, { manifest: sampleManifest(shop[0]!) });
    expect(again.status, 'the very same zip too').to.equal(201);
    expect((await request(`${app.url}/acme_shop`)).json.data.backup_count).to.equal(1);
  });

  it('goes on after a crash in the middle, and its certificate still has all of it', async () => {
    await confirmed();
    let left = 1;
    const remove: typeof app.storage.remove = at => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('the machine is off')) : app.storage.remove(at);
    };
    const cut = eraseDue(erasing(7, { ...app.storage, remove }));
    expect(await cut.catch(error => error)).to.have.property('message', 'the machine is off');
    expect(await app.storedZips(), 'one file without a row').to.include(`acme_shop/${shop[1]!.fileName}`);
    const [certificate] = await eraseDue(erasing(7));
    expect(certificate!.databases[0]).to.include({ backups: 2, bytes: shop[0]!.bytes.length + shop[1]!.bytes.length });
    expect((await app.storedFiles()).filter(path => path.startsWith('acme_shop/'))).to.deep.equal([]);
  });

  it('is erased also where a database was only on a list, or is only watched', async () => {
    await addToRoster(app.history, ['acme_list', 'other_list'], { at: now });
    await watchAsFresh(app.history, 'acme_watched', now);
    const asked = await askErasure(asking(), { client: 'acme_*', reason: 'x', by: 'user ops' });
    expect(asked.databases).to.deep.equal(['acme_list', 'acme_shop', 'acme_shop_2', 'acme_watched']);
    await confirmErasure(asking(), { client: 'acme_*', code: asked.code, by: 'user boss' });
    const [certificate] = await eraseDue(erasing(8));
    expect(certificate!.databases.map(({ backups }) => backups)).to.deep.equal([0, 2, 1, 0]);
    const left = await app.history.em
      .fork()
      .execute<Array<{ name: string }>>(
        'select database_name as name from roster_entries union select database_name as name from watched_databases',
      );
    expect(left.map(({ name }) => name)).to.deep.equal(['other_list']);
  });

  it('stays while one of its backups is under a legal hold, at each step', async () => {
    const hold = { kind: 'hold', reason: 'case 12/2026', by: 'user legal' } as const;
    await confirmed('acme_shop');
    const { code } = await askErasure(asking(), { client: 'acme_shop_2', reason: 'x', by: 'user ops' });
    await pinBackup(asking(), shop[1]!.id, hold);
    await pinBackup(asking(), other.id, hold);
    const confirm = confirmErasure(asking(), { client: 'acme_shop_2', code, by: 'user boss' });
    expect(await confirm.catch(error => error)).to.have.property('code', 'BACKUP_HELD');
    const ask = askErasure(asking(), { client: 'acme_*', reason: 'x', by: 'user ops' });
    expect(await ask.catch(error => error)).to.have.property('code', 'BACKUP_HELD');
    expect(await eraseDue(erasing(8))).to.deep.equal([]);
    for (const { id } of [...shop, other])
      expect((await request(`${app.url}/${id}/download`)).status, 'nothing at all goes').to.equal(200);
    await releasePin(asking(), shop[1]!.id, { kind: 'hold', by: 'user legal' });
    expect(await eraseDue(erasing(8)), 'it waits for the release').to.have.length(1);
  });

  it('keeps a backup that is put under a legal hold while the erasure runs', async () => {
    await confirmed('acme_shop');
    const remove: typeof app.storage.remove = async at => {
      const hold = { kind: 'hold', reason: 'case 12/2026', by: 'user legal' } as const;
      if (at.fileName === shop[0]!.fileName) await pinBackup(asking(), shop[1]!.id, hold);
      return app.storage.remove(at);
    };
    expect(await eraseDue(erasing(8, { ...app.storage, remove }))).to.deep.equal([]);
    expect((await request(`${app.url}/${shop[1]!.id}/download`)).status).to.equal(200);
    expect((await readErasures(app.storage)).requests).to.have.length(1);
  });

  it('stays when it is cancelled, when no one confirms it, and when the code is wrong or a day old', async () => {
    const { id } = await confirmed();
    await cancelErasure({ storage: app.storage }, id);
    const { code } = await askErasure(asking(), { client: 'acme_shop', reason: 'x', by: 'user ops' });
    const late = confirmErasure(asking(new Date(now.getTime() + DAY_MS)), { client: 'acme_shop', code, by: 'b' });
    expect(await late.catch(error => error)).to.have.property('code', 'ERASURE_NOT_FOUND');
    const wrong = confirmErasure(asking(), { client: 'acme_shop', code: '00000000', by: 'b' });
    expect(await wrong.catch(error => error)).to.have.property('code', 'ERASURE_NOT_FOUND');
    const elsewhere = confirmErasure(asking(), { client: 'acme_*', code, by: 'b' });
    expect(await elsewhere.catch(error => error)).to.have.property('code', 'ERASURE_NOT_FOUND');
    expect(await eraseDue(erasing(1000))).to.deep.equal([]);
    expect(await namesListed()).to.include('acme_shop');
    for (const client of ['*', 'a*b', ''])
      expect(await askErasure(asking(), { client, reason: 'x', by: 'b' }).catch(error => error)).to.have.property(
        'code',
        'VALIDATION_FAILED',
      );
  });
});
