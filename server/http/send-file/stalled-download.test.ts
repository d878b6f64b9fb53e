import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { Database } from '../../entities/database.entity.ts';

const SIZE = 200 * 1024 * 1024;
const IDLE_MS = 1_500;

describeOnAnyStore('a download', store => {
  let app: RunningApp;
  let path: string;
  let id: number;
  before(async () => {
    app = await runApp(store, { downloadIdleMs: IDLE_MS });
    const { database: name, fileName } = sampleZip();
    path = join(app.storageDir, name, fileName);
    await mkdir(join(app.storageDir, name));
    await writeFile(path, '');
    await truncate(path, SIZE);
    const em = app.history.em.fork();
    const { id: database } = await em.upsert(Database, { name });
    const times = { takenAt: new Date(0), sortedAt: new Date(0), receivedAt: new Date(0) };
    id = await em.insert(Backup, { database, fileName, ...times, size: SIZE, sha256: '0'.repeat(64) });
  });
  after(() => app[Symbol.asyncDispose]());

  it('is ended when its client stops reading', async () => {
    const connection = await rawConnection(app.url);
    await connection.send(`GET /${id}/download HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await connection.receive(/Content-Length/);
    connection.socket.pause();
    await sleep(3 * IDLE_MS); // Node looks a second time whether nothing has moved
    connection.socket.resume();
    expect((await connection.ended()).length).to.be.lessThan(SIZE);
  });

  it('is not ended while its client reads slowly', async function () {
    this.timeout(60_000);
    const connection = await rawConnection(app.url);
    await connection.send(
      `GET /${id}/download HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-29999999\r\nConnection: close\r\n\r\n`,
    );
    const timer = setInterval(
      () => (connection.socket.isPaused() ? connection.socket.resume() : connection.socket.pause()),
      100,
    );
    const answer = await connection.ended();
    clearInterval(timer);
    expect(answer.length).to.be.greaterThan(30_000_000);
  });

  it('breaks off when the file is cut meanwhile, and never looks complete', async () => {
    const connection = await rawConnection(app.url);
    await connection.send(`GET /${id}/download HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await connection.receive(/Content-Length/);
    connection.socket.pause();
    await truncate(path, 1000);
    connection.socket.resume();
    expect((await connection.ended()).length).to.be.lessThan(SIZE);
    expect(app.log.some(line => line.msg === 'an answer was not sent completely')).to.equal(true);
  });
});
