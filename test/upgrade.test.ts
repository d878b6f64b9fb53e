import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { evaluateAlarms } from '../server/alarms/evaluate-alarms.ts';
import { rebuildHistory } from '../server/backups/recovery/rebuild.ts';
import { configurationOf } from '../server/configuration/reading/configuration-of.ts';
import { Alarm } from '../server/entities/alarms/alarm.entity.ts';
import { Backup } from '../server/entities/backup.entity.ts';
import { evaluateFreshness } from '../server/freshness/evaluate-freshness.ts';
import { openHistory } from '../server/history/orm.ts';
import { rebuildReports } from '../server/reports/rebuild-reports.ts';
import { makePlan } from '../server/retention/stored-plans.ts';
import { folderStorage } from '../server/storage/folder/folder-storage.ts';
import { type OldService, oldService } from '../testing/history/old-service.ts';
import { makeMemoryFolder } from '../testing/machine/memory-folder.ts';
import { request, upload } from '../testing/service/requests.ts';
import { describeOnEachStore } from '../testing/service/running-app.ts';
import { startServiceHere } from '../testing/service/service-here.ts';
import { bearer } from '../testing/service/tokens.ts';
import { sampleManifest } from '../testing/zips/sample-manifest.ts';
import { sampleZip } from '../testing/zips/sample-zip.ts';

/** Half a day after its last night. */
const NOW = new Date('2026-11-24T12:00:00Z');
const log = pino({ level: 'silent' });

describeOnEachStore('what a service of before has left, opened by the service of today', store => {
  let folder: string;
  let old: OldService;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-old-');
    old = await oldService(store, folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is all there: databases, states, losses, reports and tokens', async () => {
    const file = join(folder, 'lumbung.json');
    await writeFile(file, JSON.stringify({ retention: { enabled: true } }));
    const env = { DATABASE_URL: old.url, STORAGE_DIR: old.storageDir, LUMBUNG_CONFIG: file };
    await using service = await startServiceHere(env);
    const headers = bearer(old.admin);
    const { json } = await request(`${service.url}/`, { headers });
    const shown = json.data.map((row: Record<string, { id: number }>) => [
      row.database_name,
      row.latest_backup?.id,
      row.latest_complete?.id,
    ]);
    const { acme_crm: crm, acme_hr: hr, acme_shop: shop } = old.ids as Record<string, number[]>;
    expect(shown).to.have.deep.members([
      ['acme_crm', crm!.at(-1), crm!.at(-2)],
      ['acme_hr', hr!.at(-1), hr!.at(-1)],
      ['acme_shop', shop!.at(-1), shop!.at(-1)],
    ]);
    const drills = (await request(`${service.url}/-/drills`, { headers })).json.data;
    expect(JSON.stringify(drills)).to.contain('"restorable"');
    expect((await request(`${service.url}/${old.proven}/download`, { headers })).status).to.equal(200);
    const zip = sampleZip({ database: 'acme_shop', takenAt: '2026-11-25T01:30:00Z' });
    const sent = await upload(service.url, zip, { manifest: sampleManifest(zip), headers: bearer(old.uploader) });
    expect(sent.status, sent.text).to.equal(201);
    expect(sent.json.data.id, 'an id that no other has had').to.be.above(Math.max(...Object.values(old.ids).flat()));
    await service.orphansReported;
    expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
    const damaged = await request(`${service.url}/${old.damaged}/download`, { headers });
    expect(damaged.json.code).to.equal('STORED_FILE_MISSING');
  });

  it('is evaluated at once: what is wrong is an alarm, and the retention lets nothing go without an operator', async () => {
    const history = await openHistory(old.url);
    try {
      const em = history.em.fork();
      const storage = folderStorage({ folder: old.storageDir });
      const retention = { enabled: true, default: 'few', policies: { few: { daily: 5 } } };
      const configuration = configurationOf({ defaults: { every: '24h', grace: '2h' }, retention });
      const parts = { em, storage, configuration, now: NOW, log };
      await evaluateFreshness(parts);
      const space = async () => ({ free: 1e12, total: 1e12 });
      await evaluateAlarms({ ...parts, space, bytesPerDay: async () => 0 });
      const alarms = await em.find(Alarm, { closedAt: null });
      expect(alarms.map(({ kind, databaseName }) => `${kind} ${databaseName}`)).to.have.members([
        ...['incomplete acme_crm', 'late acme_crm', 'damaged acme_shop', 'shrunk acme_hr'],
      ]);
      const { state, document } = await makePlan(parts);
      expect(state).to.equal('waiting');
      const summaries = document.summaries.map(({ name, goes, holds, waits }) => ({
        ...{ name, goes, brakes: [...holds, ...waits].map(({ kind }) => kind) },
      }));
      expect(summaries).to.have.deep.members([
        { name: 'acme_crm', goes: 0, brakes: ['late', 'newest_not_complete'] },
        { name: 'acme_hr', goes: 0, brakes: ['unaccepted_loss'] },
        // 14 nights, of which 5 days and the one that a drill has proven stay.
        { name: 'acme_shop', goes: 8, brakes: ['policy_changed', 'large_plan'] },
      ]);
      expect(await em.count(Backup, { removalDue: { $ne: null } })).to.equal(0);
    } finally {
      await history.close(true);
    }
  });

  it('is made again from its storage, with the same ids, states, losses and reports', async () => {
    const before = await openHistory(old.url);
    const after = await openHistory(await store.url(await makeMemoryFolder('lumbung-old-')));
    try {
      const storage = folderStorage({ folder: old.storageDir });
      const rebuilding = { em: after.em.fork(), storage, log, verifyUploads: true };
      const all = { renumbered: 0, fromZip: 0, removed: 0, failed: 0 };
      expect(await rebuildHistory(rebuilding)).to.deep.equal({ ...all, fromRecord: 21, gone: 1 });
      expect(await rebuildReports(rebuilding)).to.include({ added: 2, failed: 0 });
      const rows = async (history: typeof before) => {
        const found = await history.em.fork().find(Backup, { id: { $gt: 0 } }, { orderBy: { id: 'asc' } });
        return found.map(row => ({
          ...{ id: row.id, fileName: row.fileName, sha256: row.sha256, state: row.state, damage: row.damage },
          ...{ receivedAt: row.receivedAt, shrunkFrom: row.shrunkFrom, acceptedFor: row.acceptedFor },
          ...{ findings: row.findings, dumpRows: row.dumpRows, sortedAt: row.sortedAt, removedAt: row.removedAt },
        }));
      };
      expect(await rows(after)).to.deep.equal(await rows(before));
    } finally {
      await before.close(true);
      await after.close(true);
    }
  });
});
