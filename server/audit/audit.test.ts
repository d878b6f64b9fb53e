import { expect } from 'chai';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { AuditEntry } from '../entities/audit-entry.entity.ts';

/** @returns what the history has of the trail, oldest first, each entry as a short text */
async function trailOf({ history }: Pick<RunningApp, 'history'>): Promise<string[]> {
  const entries = await history.em.fork().findAll(AuditEntry, { orderBy: { id: 'asc' } });
  return entries.map(({ action, result, databaseName, backupId, count, detail }) =>
    [action, result, databaseName, backupId, count > 1 && `×${count}`, detail]
      .filter(part => part !== null && part !== false)
      .join(' '),
  );
}

describeOnAnyStore('the audit trail', store => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store, { auditing: { refusalsMs: 50, pauseMs: 10 } });
  });
  afterEach(() => app[Symbol.asyncDispose]());

  it('shows who uploaded, read and downloaded what, and when', async () => {
    const zip = sampleZip();
    const before = Date.now();
    const { json } = await upload(app.url, zip);
    const { id, file_name: fileName } = json.data;
    await upload(app.url, zip);
    await request(`${app.url}/${id}/manifest`);
    await request(`${app.url}/${id}/download`);
    await request(`${app.url}/${id}/download`, { headers: { Range: 'bytes=0-9' } });
    const backup = { id, file_name: fileName, zip_sha256: null };
    await request(`${app.url}/-/drills`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sampleDrill({ database: zip.database, backup: { ...sampleDrill().backup, ...backup } })),
    });
    await until('all is stored', async () => (await trailOf(app)).length === 8);
    const at = `pt_xyz ${id}`;
    expect((await trailOf(app)).slice(0, 7)).to.deep.equal([
      `upload done ${at}`,
      `upload done ${at} {"again":true}`,
      `manifest done ${at}`,
      `download begun ${at}`,
      `download done ${at} {"bytes":${zip.bytes.length}}`,
      `download begun ${at} {"range":"0-9"}`,
      `download done ${at} {"range":"0-9","bytes":10}`,
    ]);
    expect((await trailOf(app))[7]).to.match(/^drill_report done pt_xyz \d+ \{"report":1,/);
    const entries = await app.history.em.fork().findAll(AuditEntry, { orderBy: { id: 'asc' } });
    for (const { address, at, token } of entries) {
      expect({ address, token }).to.deep.equal({ address: '127.0.0.1', token: null });
      expect(at.getTime()).to.be.within(before, Date.now());
    }
    expect(entries[3]!.operation).to.equal(entries[4]!.operation).and.not.equal(entries[5]!.operation);
  });

  it('has nothing of lists, and of what a HEAD or a precondition answers without the file', async () => {
    const { json, headers } = await upload(app.url, sampleZip());
    const etag = (await request(`${app.url}/${json.data.id}/download`, { method: 'HEAD' })).headers.get('etag')!;
    for (const path of ['/', '/pt_xyz?limit=10', '/-/status', '/-/ready']) await request(app.url + path);
    const init = { headers: { 'If-None-Match': etag } };
    expect((await request(`${app.url}/${json.data.id}/download`, init)).status).to.equal(304);
    await app.audit.stop();
    expect(await trailOf(app), headers.get('location')!).to.have.length(1);
  });

  it('has one entry for refused requests that are alike, each minute', async () => {
    const name = 'mysql-2023-10-31-00-00-00-pt_xyz-no-uuid.sql.zip';
    for (let times = 0; times < 30; times++)
      expect((await upload(app.url, { database: 'pt_xyz', fileName: name, bytes: Buffer.from('x') })).status).to.equal(
        422,
      );
    await until('they are stored', async () => (await trailOf(app)).length > 0);
    await app.audit.stop();
    const trail = await trailOf(app);
    expect(
      trail.every(entry => /^upload refused pt_xyz (?:×\d+ )?\{"code":"/.test(entry)),
      trail.join('\n'),
    ).to.equal(true);
    const counts = await app.history.em.fork().findAll(AuditEntry);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).to.equal(30);
    expect(trail.length).to.be.lessThan(20);
  });

  it('has the start of a change before anything is changed, and its result behind', async () => {
    const { json } = await upload(app.url, sampleZip());
    let seen: string[] = [];
    const begun = app.audit.change(
      { actor: { tokenId: 7, token: 'ops', address: '10.0.0.1' }, action: 'token_revoke', detail: { name: 'acme' } },
      async note => {
        seen = await trailOf(app);
        note({ was: 'active' });
        return 'changed';
      },
    );
    expect(await begun).to.equal('changed');
    expect(seen.at(-1)).to.equal('token_revoke begun {"name":"acme"}');
    expect((await trailOf(app)).at(-1)).to.equal('token_revoke done {"name":"acme","was":"active"}');
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ reason: 'a test' });
    const path = `${app.url}/-/backups/${json.data.id}/accept`;
    expect((await request(path, { method: 'POST', headers, body })).status).to.equal(409);
    expect((await request(`${app.url}/-/scrub`, { method: 'POST' })).status).to.equal(202);
    expect((await trailOf(app)).slice(-4)).to.deep.equal([
      `accept begun pt_xyz ${json.data.id} {"reason":"a test"}`,
      `accept refused pt_xyz ${json.data.id} {"reason":"a test","code":"NOT_COMPLETE"}`,
      'scrub begun {"all":false}',
      'scrub done {"all":false}',
    ]);
  });

  describe('that cannot be stored', () => {
    let id: number;
    beforeEach(async () => {
      id = (await upload(app.url, sampleZip())).json.data.id;
      await app.history.em.fork().execute('alter table audit_entries rename to audit_entries_away');
    });
    const bringBack = () => app.history.em.fork().execute('alter table audit_entries_away rename to audit_entries');

    it('holds up no download and no upload, makes the service not ready, and is stored later', async () => {
      expect((await request(`${app.url}/${id}/download`)).status).to.equal(200);
      const received = await upload(app.url, sampleZip({ database: 'pt_abc' }));
      expect(received.status, received.text).to.equal(201);
      expect((await request(`${app.url}/pt_abc`)).json.data.histories).to.have.length(1);
      await until('the log has them', () => app.log.filter(({ audit }) => audit).length === 3);
      expect(app.log.find(({ audit }) => audit)).to.deep.include({ level: 50 });
      expectError(await request(`${app.url}/-/ready`), 503, 'AUDIT_UNAVAILABLE');
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
      await bringBack();
      expect((await request(`${app.url}/-/ready`)).status).to.equal(200);
      const trail = await trailOf(app);
      expect(trail.map(entry => entry.split(' ').slice(0, 3).join(' '))).to.deep.equal([
        'upload done pt_xyz',
        'download begun pt_xyz',
        'download done pt_xyz',
        'upload done pt_abc',
      ]);
    });

    it('lets nothing be changed', async () => {
      expectError(await request(`${app.url}/-/scrub`, { method: 'POST' }), 503, 'AUDIT_UNAVAILABLE');
      const isChanged = await app.audit
        .change(
          { actor: { tokenId: undefined, token: undefined, address: undefined }, action: 'token_create' },
          async () => true,
        )
        .catch(() => false);
      expect(isChanged).to.equal(false);
      expect((await request(`${app.url}/-/scrub`)).json.data.state).to.equal('idle');
      await bringBack();
      expect((await request(`${app.url}/-/scrub`, { method: 'POST' })).status).to.equal(202);
    });
  });
});
