import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnEachStore, historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';
import type { Storage } from '../storage/storage.ts';

/** Everything that reads the history. */
async function expectReads(app: RunningApp, databases: number): Promise<void> {
  expect((await request(app.url)).json.data).to.have.length(databases);
  const { json } = await graphql(app.url, '{ databases { nodes { latestBackup { id } } } statistics { backups } }');
  expect(json.data.databases.nodes).to.have.length(databases);
  if (databases > 0) expect((await request(`${app.url}/pt_xyz`)).status).to.equal(200);
}

describe('a history in SQLite that another process has locked', () => {
  /** Another process that holds the lock for writing until it is disposed of. */
  async function lockedBy(app: RunningApp): Promise<AsyncDisposable> {
    const script = `const { DatabaseSync } = require('node:sqlite'); const store = new DatabaseSync(process.argv[1]);
      store.exec('begin immediate'); console.log('locked'); process.stdin.on('data', () => process.exit());`;
    const path = String(app.history.config.get('dbName'));
    const other = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    return {
      async [Symbol.asyncDispose]() {
        other.stdin.write('go');
        await once(other, 'exit');
      },
    };
  }

  it('answers reads, refuses writes after a while, and accepts them once the lock is released', async function () {
    this.timeout(60_000);
    await using app = await runApp(historyStores.find(({ name }) => name === 'SQLite')!);
    const [kept, fresh] = [sampleZip(), sampleZip()];
    expect((await upload(app.url, kept)).status).to.equal(201);
    {
      await using _ = await lockedBy(app);
      let refused = 0;
      const writes = [kept, fresh].map(async zip => {
        expectError(await upload(app.url, zip), 503, 'HISTORY_UNAVAILABLE');
        refused += 1;
      });
      writes.push(request(`${app.url}/-/ready`).then(answer => expectError(answer, 503, 'HISTORY_UNAVAILABLE')));
      for (let times = 0; times < 5; times++) await expectReads(app, 1);
      expect(refused, 'before the reads had their answers').to.equal(0);
      await Promise.all(writes);
      await expectReads(app, 1);
    }
    expect((await upload(app.url, fresh)).status).to.equal(201);
    expect((await upload(app.url, kept)).status).to.equal(200);
    expect((await request(`${app.url}/-/ready`)).status).to.equal(200);
    await expectReads(app, 1);
    expect((await request(`${app.url}/pt_xyz`)).json.data.histories).to.have.length(2);
  });
});

describeOnEachStore('a record that the storage writes slowly', store => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-slow-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('does not delay readers, and the stored backup is in the next answer', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const real = folderStorage({ folder });
    const describe: Storage['putMetadata'] = async (...args) => {
      reach();
      await gate;
      return real.putMetadata(...args);
    };
    await using app = await runApp(store, { storage: { ...real, putMetadata: describe } });
    const first = upload(app.url, sampleZip());
    await reached;
    await expectReads(app, 0);
    const second = upload(app.url, sampleZip({ database: 'pt_abc' }));
    await expectReads(app, 0);
    open();
    for (const answer of await Promise.all([first, second])) {
      expect(answer.status).to.equal(201);
      expect((await request(`${app.url}/${answer.json.data.id}/manifest`)).status).to.equal(200);
    }
    await expectReads(app, 2);
  });
});
