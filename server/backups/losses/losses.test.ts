import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { backupReport, databaseHistory, databaseList, uploadReceipt } from '../../../protocol/responses.ts';
import { expectError, graphql, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { tagOrigin } from '../../errors/error-origin.ts';

describeOnAnyStore('a loss', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const night = (n: number, database: string) =>
    sampleZip({ database, takenAt: `2023-10-${String(n).padStart(2, '0')}T01:30:00Z` });

  type Wish = NonNullable<Parameters<typeof sampleManifest>[1]>;

  /** Sends what a night finds in the database: the rows of its tables. @returns the record that is answered */
  async function send(zip: SampleZip, rows: Record<string, number>, wish: Wish = {}) {
    const tables = Object.entries(rows).map(([name, count]) => table(name, count));
    const answer = await upload(app.url, zip, { manifest: sampleManifest(zip, { inventory: { tables }, ...wish }) });
    expect(answer.status, answer.text).to.equal(201);
    expect(uploadReceipt.isValidSync(answer.json, { strict: true }), answer.text).to.equal(true);
    return answer.json.data;
  }
  const FULL = { faktur: 1000, barang: 500 };
  const SHRUNKEN = { barang: 500 };

  const accept = (
    id: number | string,
    body: object | string = { reason: 'moved to the archive' },
    type = 'application/json',
  ) =>
    request(`${app.url}/-/backups/${id}/accept`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  /** @returns what GET /{db_name} says: the loss of each backup, newest first, and that of the database */
  async function seen(database: string) {
    const { json } = await request(`${app.url}/${database}`);
    expect(databaseHistory.isValidSync(json, { strict: true })).to.equal(true);
    const list = (await request(app.url)).json;
    expect(databaseList.isValidSync(list, { strict: true })).to.equal(true);
    const { latest_backup, unaccepted_loss } = list.data.find(
      ({ database_name }: { database_name: string }) => database_name === database,
    );
    expect(unaccepted_loss, 'what GET / says').to.deep.equal(json.data.unaccepted_loss);
    expect(latest_backup).to.deep.equal(json.data.histories[0]);
    return {
      losses: json.data.histories.map(({ loss }: { loss?: string }) => loss ?? null),
      unaccepted: json.data.unaccepted_loss?.id ?? null,
    };
  }
  const reportOf = async (id: number) => {
    const { json } = await request(`${app.url}/${id}/manifest`);
    expect(backupReport.isValidSync(json, { strict: true })).to.equal(true);
    return json.data;
  };
  const codesOf = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);
  const recordOf = async (zip: SampleZip) =>
    JSON.parse(await readFile(join(app.storageDir, zip.database, `${zip.fileName}.json`), 'utf8'));

  it('is not measured by what a restore was about to replace, unless that loss was accepted', async () => {
    const [madeFor, more] = ['restore', { faktur: 4000, barang: 500 }] as const;
    const { id: first } = await send(night(1, 'replaced'), FULL);
    // Tripled by mistake: what follows the restore has not lost that.
    const { id: safety } = await send(night(2, 'replaced'), more, { madeFor });
    const { id: next } = await send(night(3, 'replaced'), FULL);
    expect(codesOf(await reportOf(next))).to.deep.equal([]);
    // Half lost: a second loss must be seen against the last night, not against this.
    await send(night(4, 'replaced'), { faktur: 600, barang: 500 }, { madeFor });
    expect(codesOf(await send(night(5, 'replaced'), { faktur: 400, barang: 500 }))).to.deep.equal(['SHRUNK']);
    const { json } = await request(`${app.url}/replaced`);
    expect(json.data.histories.map(({ made_for }: { made_for?: string }) => made_for ?? null)).to.deep.equal([
      null,
      madeFor,
      null,
      madeFor,
      null,
    ]);
    expect([first, safety, next]).to.deep.equal(
      json.data.histories
        .slice(2)
        .map(({ id }: { id: number }) => id)
        .reverse(),
    );
    const shrunken = await send(night(6, 'replaced'), SHRUNKEN, { madeFor });
    expect((await accept(shrunken.id)).status).to.equal(200);
    expect(codesOf(await send(night(7, 'replaced'), SHRUNKEN))).to.deep.equal([]);
  });

  it('says the same of a loss in the list and in the history: a backup made before a restore has all again', async () => {
    await send(night(1, 'again'), FULL);
    const { id } = await send(night(2, 'again'), SHRUNKEN);
    const lossesOf = async () => {
      const listed = (await request(app.url)).json.data.find(
        ({ database_name }: { database_name: string }) => database_name === 'again',
      );
      const { histories } = (await request(`${app.url}/again`)).json.data;
      const inHistory = histories.find((backup: { id: number }) => backup.id === id);
      expect(listed.latest_complete.id).to.equal(id);
      return [listed.latest_complete.loss, inHistory.loss];
    };
    expect(await lossesOf()).to.deep.equal(['unaccepted', 'unaccepted']);
    await send(night(3, 'again'), FULL, { madeFor: 'restore' });
    expect(await lossesOf()).to.deep.equal(['superseded', 'superseded']);
  });

  it('leaves the newest complete backup the one before what a restore was about to replace', async () => {
    const { id } = await send(night(1, 'safe'), FULL);
    const safety = await send(night(2, 'safe'), FULL, { madeFor: 'restore' });
    const { json } = await request(app.url);
    const { latest_backup, latest_complete } = json.data.find(
      ({ database_name }: { database_name: string }) => database_name === 'safe',
    );
    expect([latest_backup.id, latest_complete.id]).to.deep.equal([safety.id, id]);
    expect(latest_backup.made_for).to.equal('restore');
    expect((await reportOf(safety.id)).manifest.made_for).to.equal('restore');
    const asked = `{ safety: backup(id: ${safety.id}) { madeFor } ordinary: backup(id: ${id}) { madeFor } }`;
    const { json: answer } = await graphql(app.url, asked);
    expect(answer.data).to.deep.equal({ safety: { madeFor: 'restore' }, ordinary: { madeFor: null } });
  });

  it('is in no answer when nothing was lost', async () => {
    await send(night(1, 'whole'), FULL);
    const receipt = await send(night(2, 'whole'), FULL);
    expect(receipt).to.not.have.property('loss');
    expect(await reportOf(receipt.id)).to.not.have.property('loss');
    const { json } = await request(`${app.url}/whole`);
    expect(json.data).to.have.keys('database_name', 'histories', 'backup_count');
    expect(json.data.histories[0]).to.not.have.any.keys('loss', 'loss_findings');
  });

  it('names the command that restores it as a shell takes it, also where the advice is of an earlier version', async () => {
    for (const [name, word] of [
      ["toko 'baru'.", "sade restore 'toko '\\''baru'\\''.' --into 'toko '\\''baru'\\''._restored' --at ID"],
      ['-dash', "sade restore '--into=-dash_restored' --at ID -- '-dash'"],
    ]) {
      const { id } = await send(night(1, name!), FULL);
      const next = await send(night(2, name!), SHRUNKEN);
      expect(next.findings[0].advice).to.contain(
        `still has what was lost: ${word!.replace('ID', `${id}`)}. How to bring`,
      );
      const em = app.history.em.fork();
      await em.nativeUpdate(Backup, id, { damage: 'gone' });
      const damaged = (await reportOf(next.id)).findings[0].advice;
      expect(damaged)
        .to.match(/is damaged now.* If it was removed on/)
        .and.not.contain('sade restore');
      const former = `Check the database. Backup ${id} still has what was lost: sade download ${id}. How to bring it back: docs/restore.md. If`;
      await em.nativeUpdate(Backup, next.id, { findings: JSON.stringify([{ ...next.findings[0], advice: former }]) });
      expect((await reportOf(next.id)).findings[0].advice)
        .to.contain('is damaged now')
        .and.not.contain('sade download');
    }
  });

  it('is reported every night against the backup that still has the data, until the data is back', async () => {
    const first = await send(night(1, 'nights'), FULL);
    for (const n of [2, 3]) {
      const receipt = await send(night(n, 'nights'), SHRUNKEN);
      expect(receipt.state).to.equal('complete');
      expect(receipt.findings).to.deep.equal([
        finding(
          'SHRUNK',
          `lost since backup ${first.id} (2023-10-01 01:30:00 UTC): table faktur (1,000 rows); rows: 1,500 -> 500 in total`,
          `Check the database. Backup ${first.id} still has what was lost: sade restore nights --into nights_restored --at ${first.id}. How to bring it back: docs/restore.md. If it was removed on purpose: sade accept ${receipt.id} --reason 'why'`,
        ),
      ]);
      expect(receipt.loss).to.deep.equal({
        status: 'unaccepted',
        message: receipt.findings[0].message,
        reference: {
          id: first.id,
          file_name: first.file_name,
          timestamp: '2023-10-01 01:30:00',
          state: 'complete',
        },
        acceptance: null,
      });
      expect((await seen('nights')).unaccepted).to.equal(receipt.id);
    }
    expect((await seen('nights')).losses).to.deep.equal(['unaccepted', 'unaccepted', null]);
    const back = await send(night(4, 'nights'), FULL);
    expect(codesOf(back)).to.deep.equal([]);
    expect(await seen('nights')).to.deep.equal({
      losses: [null, 'superseded', 'superseded', null],
      unaccepted: null,
    });
    const again = await send(night(5, 'nights'), SHRUNKEN);
    expect(again.loss.reference.id, 'the last one that had all').to.equal(back.id);
  });

  it('is found by comparing with the last backup without a loss, of any age', async () => {
    const first = await send(night(1, 'long'), FULL);
    for (let n = 2; n < 26; n++) await send(night(n, 'long'), SHRUNKEN);
    expect((await send(night(26, 'long'), SHRUNKEN)).loss.reference.id).to.equal(first.id);
  });

  it('can be accepted: later backups are compared with the accepted one, and older ones with the same loss need no acceptance', async () => {
    await send(night(1, 'accepted'), FULL);
    const [second, third] = [await send(night(2, 'accepted'), SHRUNKEN), await send(night(3, 'accepted'), SHRUNKEN)];
    const { status, json } = await accept(third.id, { reason: ' moved to the archive ', by: 'ayu@office' });
    expect(status).to.equal(200);
    expect(json.data.loss).to.deep.include({ status: 'accepted', message: third.findings[0].message });
    expect(json.data.loss.acceptance).to.deep.include({ by: 'ayu@office', reason: 'moved to the archive' });
    expect(json.data.loss.acceptance.at).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await reportOf(third.id)).to.deep.equal(json.data);
    expect(await seen('accepted')).to.deep.equal({ losses: ['accepted', 'superseded', null], unaccepted: null });
    expect(codesOf(await send(night(4, 'accepted'), SHRUNKEN))).to.deep.equal([]);
    const less = await send(night(5, 'accepted'), { barang: 100 });
    expect(less.findings[0].message).to.contain('(2023-10-04').and.contain('barang 500 -> 100');
    expect((await reportOf(second.id)).loss).to.include({ status: 'superseded', acceptance: null });
  });

  it('is accepted once: the first acceptance stays', async () => {
    await send(night(1, 'twice'), FULL);
    const { id } = await send(night(2, 'twice'), SHRUNKEN);
    const first = await accept(id, { reason: 'first' });
    const second = await accept(id, { reason: 'second', by: 'another' });
    expect({ status: second.status, json: second.json }).to.deep.equal({ status: 200, json: first.json });
    expect(first.json.data.loss.acceptance).to.include({ reason: 'first', by: null });
  });

  it('is accepted with the newest backup only: a newer one may have lost more', async () => {
    await send(night(1, 'newer'), FULL);
    const [second, third] = [await send(night(2, 'newer'), SHRUNKEN), await send(night(3, 'newer'), { barang: 100 })];
    const refused = await accept(second.id);
    expectError(refused, 409, 'NEWER_LOSS');
    expect(refused.json.message)
      .to.contain(`sade show ${third.id}`)
      .and.contain(`sade accept ${third.id} --reason '…'`);
    expect((await seen('newer')).losses).to.deep.equal(['unaccepted', 'unaccepted', null]);
    expect((await accept(third.id)).status).to.equal(200);
  });

  it('of an incomplete backup is only a finding: the loss of the last complete one still needs acceptance', async () => {
    const broken = { findings: [finding('BROKEN_VIEW', 'v is broken', 'Fix it.')] };
    const first = await send(night(1, 'incomplete'), FULL);
    const second = await send(night(2, 'incomplete'), SHRUNKEN);
    const third = await send(night(3, 'incomplete'), { barang: 500 }, broken);
    expect(codesOf(third)).to.deep.equal(['BROKEN_VIEW', 'SHRUNK']);
    expect(third).to.not.have.property('loss');
    expect(third.findings[1].advice)
      .to.contain(`--at ${first.id}. How to bring it back`)
      .and.not.contain('sade accept');
    expect(await seen('incomplete')).to.deep.equal({ losses: [null, 'unaccepted', null], unaccepted: second.id });
    expectError(await accept(third.id), 409, 'NOT_COMPLETE');
    expect((await accept(second.id)).status).to.equal(200);
    expect((await seen('incomplete')).unaccepted).to.equal(null);
  });

  it('is not reported for what dump_options leave out, nor with a limit of 0', async () => {
    await send(night(1, 'purpose'), FULL);
    const partial = finding('PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --ignore-table=pt_xyz.faktur');
    expect(codesOf(await send(night(2, 'purpose'), SHRUNKEN, { findings: [partial] }))).to.deep.equal([
      'PARTIAL_BY_CONFIG',
    ]);
    expect(codesOf(await send(night(3, 'purpose'), SHRUNKEN))).to.deep.equal(['SHRUNK']);
    expect(codesOf(await send(night(4, 'purpose'), SHRUNKEN, { shrinkLimitPercent: 0 }))).to.deep.equal([]);
    expect(await seen('purpose')).to.deep.equal({ losses: [null, 'superseded', null, null], unaccepted: null });
    expect(codesOf(await send(night(5, 'purpose'), SHRUNKEN)), 'the limit has accepted it').to.deep.equal([]);
  });

  it('is found when options that left something out for weeks are removed', async () => {
    const partial = finding('PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --ignore-table=pt_xyz.faktur');
    const first = await send(night(1, 'weeks'), FULL);
    for (let n = 2; n < 20; n++)
      expect(codesOf(await send(night(n, 'weeks'), SHRUNKEN, { findings: [partial] }))).to.have.length(1);
    expect((await send(night(20, 'weeks'), SHRUNKEN)).loss.reference.id).to.equal(first.id);
  });

  it('does not hide older losses, once accepted, from a backup that leaves out other things', async () => {
    const partial = { findings: [finding('PARTIAL_BY_CONFIG', 'partial, as dump_options wants it: --skip-events')] };
    await send(night(1, 'line'), FULL);
    const { id } = await send(night(2, 'line'), SHRUNKEN, partial);
    expect((await accept(id)).status).to.equal(200);
    // Night 1 leaves out the same, but somebody has accepted what was lost since.
    expect(codesOf(await send(night(3, 'line'), SHRUNKEN))).to.deep.equal([]);
  });

  it('is found in a backup that is delivered late, and does not affect a newer one without a loss', async () => {
    await send(night(1, 'late'), FULL);
    const newest = await send(night(4, 'late'), FULL);
    const late = await send(night(3, 'late'), SHRUNKEN);
    expect(codesOf(late)).to.deep.equal(['SHRUNK']);
    expect(late.loss.status).to.equal('superseded');
    expect((await seen('late')).unaccepted).to.equal(null);
    const fifth = await send(night(5, 'late'), SHRUNKEN);
    expect(fifth.loss.reference.id).to.equal(newest.id);
    await send(night(2, 'late'), { ...FULL, more: 10 });
    expect((await seen('late')).unaccepted, 'older full ones change nothing').to.equal(fifth.id);
  });

  it('stays a loss when the backup to compare with is damaged, and reports that', async () => {
    const first = await send(night(1, 'damaged'), FULL);
    await app.history.em.fork().nativeUpdate(Backup, first.id, { damage: 'gone' });
    const second = await send(night(2, 'damaged'), SHRUNKEN);
    expect(second.loss.reference).to.include({ id: first.id, state: 'damaged' });
    expect((await seen('damaged')).unaccepted).to.equal(second.id);
    expect(second.loss.reference.instead).to.equal(null);
    expect(second.findings[0].advice)
      .to.contain(`Backup ${first.id} had what was lost, and is damaged now: sade show ${first.id}.`)
      .and.contain('No other sound backup was found that has it.')
      .and.contain(`sade accept ${second.id} --reason`)
      .and.not.contain('sade restore');
  });

  it('names the newest sound backup that has what was lost, when the reference is damaged', async () => {
    // The table is so small a part that only the table itself is missed.
    const [full, shrunken] = [{ faktur: 1000, barang: 5000 }, { barang: 5000 }];
    const damage = (id: number) => app.history.em.fork().nativeUpdate(Backup, id, { damage: 'gone' });
    const broken = { findings: [finding('BROKEN_VIEW', 'v is broken', 'Fix it.')] };
    const [, sound] = [await send(night(1, 'sound'), full), await send(night(2, 'sound'), full)];
    await send(night(3, 'sound'), full, broken);
    // Before the table was filled, and after most of its rows were gone: neither has what was lost.
    await send(night(4, 'sound'), { ...full, faktur: 0 }, { shrinkLimitPercent: 0 });
    const reference = await send(night(5, 'sound'), full);
    const last = await send(night(6, 'sound'), shrunken);
    const incomplete = await send(night(7, 'sound'), shrunken, broken);
    const adviceOf = async (id: number) =>
      (await reportOf(id)).findings.find(({ code }: { code: string }) => code === 'SHRUNK').advice;
    expect(await adviceOf(last.id)).to.contain(`Backup ${reference.id} still has what was lost`);
    expect((await reportOf(last.id)).loss.reference).to.not.have.property('instead');
    await damage(reference.id);
    for (const { id } of [last, incomplete])
      expect(await adviceOf(id)).to.contain(
        `Backup ${reference.id} had what was lost, and is damaged now; backup ${sound.id} (2023-10-02 01:30:00 UTC) still has it: sade restore sound --into sound_restored --at ${sound.id}. How to bring it back: docs/restore.md.`,
      );
    const instead = { id: sound.id, file_name: sound.file_name, timestamp: '2023-10-02 01:30:00' };
    expect((await reportOf(last.id)).loss.reference).to.deep.include({ state: 'damaged', instead });
    expect((await request(`${app.url}/sound`)).json.data.unaccepted_loss.reference.instead).to.deep.equal(instead);
    await seen('sound');
    const query = `{ backup(id: ${last.id}) { findings { advice } } }`;
    const { json } = await graphql(app.url, query);
    expect(json.data.backup.findings[0].advice).to.contain(`is damaged now: sade show ${last.id} names a sound one`);
    await damage(sound.id);
    expect((await reportOf(last.id)).loss.reference.instead.timestamp, 'an older one').to.equal('2023-10-01 01:30:00');
  });

  it('does not advise to accept it once a newer backup has all data', async () => {
    await send(night(1, 'over'), FULL);
    const { id } = await send(night(2, 'over'), SHRUNKEN);
    await send(night(3, 'over'), FULL);
    expect((await reportOf(id)).findings[0])
      .to.include({ code: 'SHRUNK' })
      .and.not.have.property('advice');
    const { json } = await graphql(app.url, `{ backup(id: ${id}) { findings { code advice } } }`);
    expect(json.data.backup.findings).to.deep.equal([{ code: 'SHRUNK', advice: null }]);
  });

  it('is reported with its acceptance after the same file was sent again', async () => {
    const zip = night(2, 'resent');
    await send(night(1, 'resent'), FULL);
    const { id } = await send(zip, SHRUNKEN);
    await accept(id);
    const { status, json } = await upload(app.url, zip);
    expect(status).to.equal(200);
    expect(json.data.loss.status).to.equal('accepted');
  });

  it('is also shown by GraphQL, with its acceptance, and found by a filter', async () => {
    const first = await send(night(1, 'asked_by_graphql'), FULL);
    const second = await send(night(2, 'asked_by_graphql'), SHRUNKEN);
    await send(night(1, 'asked_whole'), FULL);
    const loss = 'loss { status message reference { id } acceptance { by reason at } }';
    const ask = async () => {
      const { json } = await graphql(
        app.url,
        `{ database(name: "asked_by_graphql") { unacceptedLoss { id } latestBackup { ${loss} findings { advice } } backups { nodes { loss { status } } } }
           with: databases(filter: { search: "asked_", hasUnacceptedLoss: true }) { totalCount nodes { name } }
           without: databases(filter: { search: "asked_", hasUnacceptedLoss: false }) { totalCount nodes { name unacceptedLoss { id } } } }`,
      );
      expect(json.errors).to.equal(undefined);
      return json.data;
    };
    const unaccepted = await ask();
    const { message, advice } = second.findings[0];
    expect(unaccepted.database).to.deep.equal({
      unacceptedLoss: { id: String(second.id) },
      latestBackup: {
        loss: { status: 'unaccepted', message, reference: { id: String(first.id) }, acceptance: null },
        findings: [{ advice }],
      },
      backups: { nodes: [{ loss: { status: 'unaccepted' } }, { loss: null }] },
    });
    expect(unaccepted.with).to.deep.equal({ totalCount: 1, nodes: [{ name: 'asked_by_graphql' }] });
    expect(unaccepted.without).to.deep.equal({
      totalCount: 1,
      nodes: [{ name: 'asked_whole', unacceptedLoss: null }],
    });
    const { at, by, reason } = (await accept(second.id, { reason: 'moved', by: 'ayu' })).json.data.loss.acceptance;
    const accepted = await ask();
    expect(accepted.database.unacceptedLoss).to.equal(null);
    expect(accepted.database.latestBackup.loss).to.deep.include({ status: 'accepted', acceptance: { at, by, reason } });
    expect(accepted.database.latestBackup.findings).to.deep.equal([{ advice: null }]);
    expect(accepted.with.totalCount).to.equal(0);
    expect(accepted.without.totalCount).to.equal(2);
  });

  it('is written to the record beside the zip, with its acceptance, before the history', async () => {
    const [full, zip] = [night(1, 'recorded'), night(2, 'recorded')];
    await send(full, FULL);
    const { id } = await send(zip, SHRUNKEN);
    expect(await recordOf(full)).to.not.have.property('loss');
    expect((await recordOf(zip)).loss).to.deep.equal({ reference: full.fileName, acceptance: null });
    const { acceptance } = (await accept(id)).json.data.loss;
    expect((await recordOf(zip)).loss).to.deep.equal({ reference: full.fileName, acceptance });
  });

  it('is not accepted when the record cannot be written', async () => {
    const zip = night(2, 'unwritten');
    await send(night(1, 'unwritten'), FULL);
    const { id } = await send(zip, SHRUNKEN);
    const { putMetadata: describe } = app.storage;
    app.storage.putMetadata = () =>
      Promise.reject(tagOrigin(Object.assign(new Error('full'), { code: 'ENOSPC' }), 'storage'));
    try {
      expectError(await accept(id), 507, 'STORAGE_FULL');
    } finally {
      app.storage.putMetadata = describe;
    }
    expect((await seen('unwritten')).unaccepted).to.equal(id);
    expect((await accept(id)).status).to.equal(200);
  });

  it('is accepted only with a reason, for a backup with a loss, by a request of type application/json', async () => {
    const whole = await send(night(1, 'asked'), FULL);
    const { id } = await send(night(2, 'asked'), SHRUNKEN);
    for (const id of [999_999, 'x', '0', '1e3', '99999999999999999999'])
      expectError(await accept(id), 404, 'BACKUP_NOT_FOUND');
    expectError(await accept(whole.id), 409, 'NO_LOSS');
    for (const [body, field] of [
      [{}, 'reason'],
      [{ reason: '' }, 'reason'],
      [{ reason: '  ' }, 'reason'],
      [{ reason: 5 }, 'reason'],
      [{ reason: null }, 'reason'],
      [{ reason: 'x'.repeat(1001) }, 'reason'],
      [{ reason: 'two\nlines' }, 'reason'],
      [{ reason: 'x', by: 'x'.repeat(256) }, 'by'],
      [{ reason: 'x', by: {} }, 'by'],
      [{ reason: 'x', because: 'y' }, 'because'],
      ['[]', 'body'],
      ['no json', 'body'],
      ['', 'body'],
    ] as const)
      expectError(await accept(id, body), 422, 'VALIDATION_FAILED', field);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expectError(await accept(id, { reason: 'x' }, type), 415, 'NOT_JSON');
    const foreign = { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' };
    const url = `${app.url}/-/backups/${id}/accept`;
    const fromElsewhere = await request(url, { method: 'POST', headers: foreign, body: '{"reason":"x"}' });
    expectError(fromElsewhere, 403, 'CROSS_ORIGIN');
    expectError(await accept(id, { reason: 'x'.repeat(20_000) }), 413, 'BODY_TOO_LARGE');
    expectError(await request(`${app.url}/-/backups/${id}/accept`), 405, 'METHOD_NOT_ALLOWED');
    expect((await seen('asked')).unaccepted, 'nothing of all that has accepted it').to.equal(id);
    const most = await accept(id, { reason: 'ö'.repeat(1000) }, 'Application/JSON; charset=utf-8');
    expect(most.json.data.loss.acceptance.reason).to.have.length(1000);
  });

  it('of an earlier version is shown as it was, and needs no acceptance', async () => {
    const first = await send(night(1, 'former'), FULL);
    const old = [
      finding('OBJECTS_GONE', 'gone: table faktur'),
      finding('ROW_COUNT_DROPPED', 'x'),
      finding('SIZE_DROPPED', 'y'),
    ];
    const second = await send(night(2, 'former'), { ...FULL }, { findings: [] });
    await app.history.em.fork().nativeUpdate(Backup, second.id, { findings: JSON.stringify(old) });
    expect((await reportOf(second.id)).findings).to.deep.equal(old);
    expect((await seen('former')).losses).to.deep.equal([null, null]);
    expectError(await accept(second.id), 409, 'NO_LOSS');
    expect(first.id).to.be.lessThan(second.id);
  });

  it('does not exist when only a client claims it', async () => {
    await send(night(1, 'claimed'), FULL);
    const receipt = await send(night(2, 'claimed'), FULL, { findings: [finding('SHRUNK', 'all is lost')] });
    expect(receipt).to.not.have.property('loss');
    expect((await seen('claimed')).unaccepted).to.equal(null);
  });
});
