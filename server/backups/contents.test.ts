import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { byWeight, currentFindings, type FindingList, finding } from '../../protocol/finding.ts';
import { currentCode } from '../../protocol/finding-codes.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { openHistory } from '../history/orm.ts';
import { rebuildHistory } from './recovery/rebuild.ts';

const FINDINGS: Record<string, NonNullable<FindingList>> = {
  none: [],
  warned: [finding('CLIENT_OLDER_THAN_SERVER', 'x'), finding('DATABASE_NAME_HARDCODED', 'x')],
  unverified: [finding('CLIENT_OLDER_THAN_SERVER', 'x'), finding('NO_MANIFEST', 'x')],
  incomplete: [
    finding('CLIENT_OLDER_THAN_SERVER', 'x'),
    finding('NO_MANIFEST', 'x'),
    finding('BROKEN_VIEW', "it's 100 %"),
  ],
  shrunk: [finding('BROKEN_VIEW', 'SHRUNK'), finding('CLIENT_OLDER_THAN_SERVER', 'x'), finding('SHRUNK', 'x')],
  // The code of that time.
  emptied: [finding('BROKEN_VIEW', 'x'), { code: 'DUMP_EMPTIED', severity: 'incomplete', message: 'x' }],
};

describeOnAnyStore('the migration that counts what is in each backup', store => {
  it('counts rows, tables and findings of every older backup, and names the worst finding', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-contents-'));
    const history = await openHistory(await store.url(folder));
    try {
      await history.migrator.down({ to: 'Migration20261128120000_losses' });
      const em = history.em.fork();
      const { id } = await em.upsert(Database, { name: 'x' });
      const tables = [table('a', 3_000_000_000), table('b', 5)];
      for (const [name, findings] of Object.entries(FINDINGS)) {
        const manifest = name === 'unverified' ? null : sampleManifest(sampleZip({}), { inventory: { tables } });
        await em.execute(
          `insert into backups (database_id, file_name, taken_at, received_at, sorted_at, size, sha256, findings, manifest)
           values (?, ?, ?, ?, ?, 1, ?, ?, ?)`,
          [
            ...[id, name, new Date(), new Date(), new Date(), '0'.repeat(64)],
            findings.length > 0 ? JSON.stringify(findings) : null,
            manifest && JSON.stringify(manifest),
          ],
        );
      }
      await history.migrator.up();
      for (const backup of await history.em.fork().find(Backup, {})) {
        const findings = FINDINGS[backup.fileName]!;
        const has = backup.fileName === 'unverified' ? [null, null] : [3_000_000_005, 2];
        expect([backup.dumpRows, backup.tableCount], backup.fileName).to.deep.equal(has);
        expect(backup.findingCount, backup.fileName).to.equal(findings.length);
        const worst = backup.worstFinding && currentCode(backup.worstFinding);
        expect(worst, backup.fileName).to.equal(byWeight(currentFindings(findings))[0]?.code ?? null);
      }
    } finally {
      await history.close(true);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describeOnAnyStore('how much is in a backup', store => {
  it('comes back from its record when the history is rebuilt', async () => {
    await using app = await runApp(store);
    const zip = sampleZip({ database: 'x' });
    const findings = [finding('CLIENT_OLDER_THAN_SERVER', 'x')];
    await upload(app.url, zip, { manifest: sampleManifest(zip, { findings }) });
    const before = (await request(app.url)).json;
    expect(before.data[0].latest_complete).to.include({ dump_rows: 1000, table_count: 1, finding_count: 1 });
    await app.history.em.fork().nativeDelete(Backup, {});
    const log = pino({ level: 'silent' });
    await rebuildHistory({ em: app.history.em.fork(), storage: app.storage, log, verifyUploads: true });
    expect((await request(app.url)).json).to.deep.equal(before);
  });
});
