import { mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startMariaDb } from '../../testing/databases/mariadb.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { type RawConnection, rawConnection } from '../../testing/service/raw-http.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { startService } from '../../testing/service/service.ts';
import { rebuildHere, refusedHere, startServiceHere } from '../../testing/service/service-here.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { AuditEntry } from '../entities/audit-entry.entity.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { type Orm, openHistory } from '../history/orm.ts';

const SQLITE = HISTORY_STORES[0]!;

/** More than the system holds of a connection whose client reads nothing. */
const SIZE = 60 * 1024 * 1024;

describe('the audit trail in a bad night', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-audit-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** @returns the id of a backup whose download takes as long as its client likes */
  async function addLarge({ history, storageDir }: Pick<RunningApp, 'history' | 'storageDir'>): Promise<number> {
    const { database: name, fileName } = sampleZip();
    await mkdir(join(storageDir, name), { recursive: true });
    await writeFile(join(storageDir, name, fileName), '');
    await truncate(join(storageDir, name, fileName), SIZE);
    const em = history.em.fork();
    const { id: database } = await em.upsert(Database, { name });
    const times = { takenAt: new Date(0), sortedAt: new Date(0), receivedAt: new Date(0) };
    return em.insert(Backup, { database, fileName, ...times, size: SIZE, sha256: '0'.repeat(64) });
  }

  async function beginDownload(url: string, id: number): Promise<RawConnection> {
    const connection = await rawConnection(url);
    await connection.send(`GET /${id}/download HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await connection.receive(/Content-Length/);
    connection.socket.pause();
    return connection;
  }

  async function trailOf(history: Orm): Promise<Array<{ result: string; detail: { bytes?: number; code?: string } }>> {
    const entries = await history.em.fork().findAll(AuditEntry, { orderBy: { id: 'asc' } });
    return entries.map(({ result, detail }) => ({ result, detail: JSON.parse(detail ?? '{}') }));
  }

  it('shows a download that broke off, with the bytes that had gone out', async () => {
    await using app = await runApp(SQLITE);
    const id = await addLarge(app);
    const connection = await beginDownload(app.url, id);
    connection.socket.destroy();
    await until('both are stored', async () => (await trailOf(app.history)).length === 2);
    const [begun, failed] = await trailOf(app.history);
    expect([begun!.result, failed!.result]).to.deep.equal(['begun', 'failed']);
    expect(failed!.detail.bytes).to.be.within(1, SIZE - 1);
  });

  it('lets a download end whose history went away in its middle, and has both entries when it is back', async function () {
    this.timeout(120_000);
    await using mariadb = await startMariaDb();
    await mariadb.sql('create database history');
    await using app = await runApp(
      { name: 'MariaDB', url: async () => mariadb.url('history') },
      { auditing: { pauseMs: 50 } },
    );
    const id = await addLarge(app);
    const connection = await beginDownload(app.url, id);
    await until('the start is stored', async () => (await trailOf(app.history)).length === 1);
    await mariadb.kill();
    connection.socket.resume();
    expect((await connection.ended()).length).to.be.greaterThan(SIZE);
    await until('the log has the end', () => app.log.some(({ audit }) => audit));
    expect((await request(`${app.url}/-/ready`)).status).to.equal(503);
    expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    await mariadb.restart();
    await until('the service is ready', async () => (await request(`${app.url}/-/ready`)).status === 200);
    const [begun, done] = await trailOf(app.history);
    expect([begun!.result, done]).to.deep.equal(['begun', { result: 'done', detail: { bytes: SIZE } }]);
  });

  it('has the start of a download in whose middle the service was killed', async () => {
    const url = `sqlite:${folder}/history.sqlite`;
    const storageDir = join(folder, 'backups');
    const prepared = await openHistory(url);
    const id = await addLarge({ history: prepared, storageDir });
    await prepared.close();
    const env = { DATABASE_URL: url, STORAGE_DIR: storageDir, ALLOW_EMPTY_STORAGE: 'on' };
    await using service = await startService(env);
    const connection = await beginDownload(service.url, id);
    const history = await openHistory(url);
    try {
      await until('the start is stored', async () => (await trailOf(history)).length > 0);
      await service.kill();
      expect((await trailOf(history)).map(({ result }) => result)).to.deep.equal(['begun']);
    } finally {
      await history.close();
      connection.socket.destroy();
    }
  });

  it('has each entry as a line of AUDIT_LOG_FILE, in a new file after it was renamed, and the last at the stop', async () => {
    const path = join(folder, 'audit.jsonl');
    const env = { DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    await using service = await startServiceHere({ ...env, AUDIT_LOG_FILE: path });
    const lines = async (name = path) =>
      (await readFile(name, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line));
    const { json } = await upload(service.url, sampleZip());
    await until('it is written', async () => (await lines()).length === 1);
    expect((await lines())[0]).to.have.keys(
      'at,operation,token_id,token,address,action,database_name,backup_id,result,count,detail'.split(','),
    );
    expect((await lines())[0]).to.include({ action: 'upload', result: 'done', database_name: 'pt_xyz' });
    await rename(path, `${path}.1`);
    await request(`${service.url}/${json.data.id}/download`);
    expectError(await upload(service.url, { ...sampleZip(), bytes: Buffer.from('no zip') }), 422, 'INVALID_ZIP');
    await service.stop();
    expect((await lines(`${path}.1`)).map(({ action }) => action)).to.deep.equal(['upload']);
    expect((await lines()).map(({ action, result }) => `${action} ${result}`)).to.deep.equal([
      'download begun',
      'download done',
      'upload refused',
    ]);
  });

  it('makes the service not ready while AUDIT_LOG_FILE cannot be written to, and holds up nothing', async () => {
    const path = join(folder, 'lines', 'audit.jsonl');
    await mkdir(join(folder, 'lines'));
    const env = { DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    await using service = await startServiceHere({ ...env, AUDIT_LOG_FILE: path });
    await rename(join(folder, 'lines'), join(folder, 'away'));
    const { status, json } = await upload(service.url, sampleZip());
    expect(status).to.equal(201);
    expect((await request(`${service.url}/${json.data.id}/download`)).status).to.equal(200);
    await until('it is noticed', async () => (await request(`${service.url}/-/ready`)).status === 503);
    expectError(await request(`${service.url}/-/ready`), 503, 'AUDIT_UNAVAILABLE');
    await rename(join(folder, 'away'), join(folder, 'lines'));
    expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
    expect((await readFile(path, 'utf8')).match(/\n/g)).to.have.length(3);
    expect(service.output().match(/"msg":"AUDIT_LOG_FILE can't be written to: ENOENT/g)).to.have.length(1);
    expect(service.output()).to.contain('AUDIT_LOG_FILE can be written to again');
  });

  it('starts again with the entry of a rebuild, since it is in the history only', async () => {
    const env = { DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    await using service = await startServiceHere(env);
    await upload(service.url, sampleZip());
    await service.stop();
    await rm(join(folder, 'history.sqlite'));
    expect((await rebuildHere(env)).code).to.equal(0);
    const history = await openHistory(env.DATABASE_URL);
    const entries = await history.em.fork().findAll(AuditEntry);
    await history.close();
    expect(entries.map(({ action, result }) => [action, result])).to.deep.equal([['rebuild', 'done']]);
    expect(JSON.parse(entries[0]!.detail!).backups).to.include({ fromRecord: 1, failed: 0 });
  });

  it('is named where the service does not start because AUDIT_LOG_FILE cannot be opened', async () => {
    const env = { DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    const { message } = await refusedHere({ ...env, AUDIT_LOG_FILE: join(folder, 'none', 'audit.jsonl') });
    expect(message).to.match(/^AUDIT_LOG_FILE .* cannot be written to: ENOENT.*Make its folder writable/);
  });
});
