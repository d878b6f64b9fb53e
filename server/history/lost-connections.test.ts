import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { portOf } from '../../testing/free-port.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';

/** More than the pool has connections. */
const MANY = 12;

describe('connections to the history server that are lost', () => {
  let mariadb: MariaDb;
  let folder: string;
  before(async () => {
    mariadb = await sharedMariaDb();
    folder = await mkdtemp(join(tmpdir(), 'lumbung-lost-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function freshUrl(name: string): Promise<string> {
    await mariadb.sql(`create or replace database ${name}`);
    return mariadb.url(name);
  }

  it('within a transaction are replaced, however many', async function () {
    this.timeout(60_000);
    const url = await freshUrl('lost_within');
    const real = folderStorage({ folder });
    let isCutting = true;
    const describe: typeof real.putMetadata = async (...args) => {
      await real.putMetadata(...args);
      if (!isCutting) return;
      const ids = await mariadb.sql("select id from information_schema.processlist where db = 'lost_within'");
      for (const { id } of ids) await mariadb.sql(`kill ${id}`).catch(() => {});
    };
    await using app = await runApp(
      { name: 'MariaDB', url: async () => url },
      { storage: { ...real, putMetadata: describe } },
    );
    const zip = sampleZip();
    for (let times = 0; times < MANY; times++) expectError(await upload(app.url, zip), 503, 'HISTORY_UNAVAILABLE');
    isCutting = false;
    expect((await upload(app.url, zip)).status).to.equal(201);
    expect((await request(app.url)).json.data).to.have.length(1);
  });

  it('when a transaction begins are replaced, however many', async function () {
    this.timeout(60_000);
    const url = new URL(await freshUrl('lost_at_begin'));
    const port = Number(url.port);
    let isCutting = false;
    const relay = createServer(client => {
      const server = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const)
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
      server.pipe(client);
      client.on('data', bytes => {
        if (isCutting && /isolation level read committed/.test(bytes.toString('latin1'))) client.destroy();
        else server.write(bytes);
      });
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    url.host = `127.0.0.1:${portOf(relay)}`;
    try {
      await using app = await runApp({ name: 'MariaDB', url: async () => url.href });
      const zip = sampleZip();
      isCutting = true;
      for (let times = 0; times < MANY; times++) expectError(await upload(app.url, zip), 503, 'HISTORY_UNAVAILABLE');
      isCutting = false;
      expect((await upload(app.url, zip)).status).to.equal(201);
      expect((await request(app.url)).json.data).to.have.length(1);
    } finally {
      relay.close();
    }
  });
});
