import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { type ForeignFinding, stateOf } from '../../protocol/finding.ts';
import { FINDINGS, FORMER_CODES } from '../../protocol/finding-codes.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';
import { rebuildHistory } from './recovery/rebuild.ts';

const CODES = Object.entries(FORMER_CODES);
type FormerCode = keyof typeof FORMER_CODES;

/** @returns what an earlier version found under that code */
const formerFinding = (code: FormerCode, message = 'x'): ForeignFinding => ({
  ...{ code, severity: FINDINGS[FORMER_CODES[code]], message },
});

describeOnAnyStore('a finding code under its former name', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  /** Uploads a backup, as the `sade` of that time did. @returns the receipt */
  async function send(database: string, findings: ForeignFinding[], rows = 1000, takenAt = '2023-10-31T00:00:00Z') {
    const zip = sampleZip({ database, takenAt });
    const inventory = { tables: [table('barang', 1000), ...(rows > 0 ? [table('faktur', rows)] : [])] };
    const { status, json, text } = await upload(app.url, zip, {
      manifest: sampleManifest(zip, { inventory, findings }),
    });
    expect(status, text).to.equal(201);
    return json.data;
  }

  /** @returns each place in which the service shows the codes of the latest backup of a database */
  async function shown(database: string) {
    const list = (await request(app.url)).json.data;
    const { latest_backup } = list.find((entry: { database_name: string }) => entry.database_name === database);
    const { histories } = (await request(`${app.url}/${database}`)).json.data;
    const report = (await request(`${app.url}/${latest_backup.id}/manifest`)).json.data;
    const query = `{ backup(id: "${latest_backup.id}") { state findings { code } } }`;
    const { backup } = (await graphql(app.url, query)).json.data;
    const codes = (findings: Array<{ code: string }>) => findings.map(({ code }) => code);
    return {
      list: latest_backup.worst_finding,
      history: histories[0].worst_finding,
      report: codes(report.findings),
      manifest: codes(report.manifest.findings),
      graphql: codes(backup.findings),
      states: [latest_backup.state, histories[0].state, report.state, backup.state.toLowerCase()],
    };
  }

  const everywhere = (code: string, state: string) => ({
    ...{ list: code, history: code, report: [code], manifest: [code], graphql: [code] },
    states: [state, state, state, state],
  });

  const databaseOf = (former: string, kind: string) => `${kind}_${former.toLowerCase()}`;

  it('of an older sade is shown as the code of today, and stands in the answer to the upload as it was sent', async () => {
    for (const [former, today] of CODES) {
      const sent = formerFinding(former as FormerCode);
      const receipt = await send(databaseOf(former, 'sent'), [sent]);
      expect(receipt.findings.map(({ code }: ForeignFinding) => code)).to.deep.equal([former]);
      expect(receipt.state).to.equal(stateOf([sent]));
      expect(await shown(databaseOf(former, 'sent'))).to.deep.equal(everywhere(today, stateOf([sent])));
    }
  });

  it('in the rows and records of an older service is shown as the code of today, also after a rebuild', async () => {
    const em = app.history.em.fork();
    for (const [former] of CODES) {
      const found = formerFinding(former as FormerCode);
      const database = databaseOf(former, 'stored');
      const { id, file_name } = await send(database, [found]);
      // As an older service has left both: with the code that it knew.
      await em.nativeUpdate(Backup, { id }, { findings: JSON.stringify([found]), worstFinding: former });
      const path = join(app.storageDir, database, `${file_name}.json`);
      const record = JSON.parse(await readFile(path, 'utf8'));
      await writeFile(path, JSON.stringify({ ...record, findings: [found] }));
      expect(record.manifest.findings[0].code, 'the manifest is kept as it was sent').to.equal(former);
    }
    const expectShown = async () => {
      for (const [former, today] of CODES) {
        const state = stateOf([formerFinding(former as FormerCode)]);
        expect(await shown(databaseOf(former, 'stored'))).to.deep.equal(everywhere(today, state));
      }
    };
    await expectShown();
    await em.nativeDelete(Backup, {});
    const log = pino({ level: 'silent' });
    await rebuildHistory({ em: app.history.em.fork(), storage: app.storage, log, verifyUploads: true });
    await expectShown();
  });

  // The manifests here are of a source database `pt_xyz`.
  const partial = formerFinding('PARTIAL_AS_WANTED', 'partial, as dump_options wants it: --ignore-table=pt_xyz.faktur');

  it('keeps a table that an older sade leaves out on purpose from being reported as a loss', async () => {
    await send('partial_newer', [], 500, '2023-10-30T00:00:00Z');
    const { loss, findings } = await send('partial_newer', [partial], 0);
    expect([loss, findings.length]).to.deep.equal([undefined, 1]);
  });

  it('keeps a backup that left out the same table on purpose as the one to compare with', async () => {
    await send('partial_older', [], 500, '2023-10-29T00:00:00Z');
    await send('partial_older', [partial], 0, '2023-10-30T00:00:00Z');
    const { loss } = await send('partial_older', [{ ...partial, code: 'PARTIAL_BY_CONFIG' }], 0);
    expect(loss).to.equal(undefined);
  });

  it('keeps an emptied database among the losses in the lists', async () => {
    const message = 'backup 1 had 7 rows in all, this one has none';
    await send('emptied', [formerFinding('DUMP_EMPTIED', message)]);
    const { data } = (await request(app.url)).json;
    const { latest_backup } = data.find((entry: { database_name: string }) => entry.database_name === 'emptied');
    expect(latest_backup.loss_findings.map(({ code }: ForeignFinding) => code)).to.deep.equal(['DATABASE_EMPTIED']);
  });

  it('does not weigh less than its code of today', async () => {
    const zip = sampleZip({ database: 'pt_xyz' });
    const lighter = { ...formerFinding('DUMP_COMPLAINED'), severity: 'warning' as const };
    const { status, json } = await upload(app.url, zip, { manifest: sampleManifest(zip, { findings: [lighter] }) });
    expect([status, json.code]).to.deep.equal([422, 'INVALID_MANIFEST']);
    expect(json.message).to.contain('has a lower severity than its code');
  });
});
