import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  PART_END,
  partHead,
  type RawConnection,
  rawConnection,
  uploadHead,
} from '../../../testing/service/raw-http.ts';
import { expectError, upload } from '../../../testing/service/requests.ts';
import { type Service, startService } from '../../../testing/service/service.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

/** prlimit(1) of util-linux, which is on every Debian. */
const limit = ({ pid }: Service, what: string) => execFileSync('prlimit', ['--pid', String(pid), what]);

describe('a service that the system limits', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-limits-'));
    service = await startService({
      DATABASE_URL: `sqlite:${folder}/history.sqlite`,
      STORAGE_DIR: `${folder}/backups`,
    });
  });
  afterEach(async () => {
    await service.kill();
    await rm(folder, { recursive: true });
  });

  it('refuses a file that is larger than files may be, leaves nothing of it, and goes on', async () => {
    limit(service, `--fsize=${2 * 1024 * 1024}`);
    const large = sampleZip({ content: randomBytes(6_000_000) });
    expectError(await upload(service.url, large), 413, 'FILE_TOO_LARGE');
    expect((await upload(service.url, sampleZip())).status).to.equal(201);
    expect((await readdir(join(folder, 'backups/pt_xyz'))).filter(name => name.endsWith('.part'))).to.deep.equal([]);
  });

  it('answers 503 while it has no descriptor left for a file, and goes on', async () => {
    const zip = sampleZip();
    expect((await upload(service.url, zip)).status).to.equal(201);
    const [sending, fetching] = [await accepted(service.url), await accepted(service.url)];
    limit(service, `--nofile=${numberOfNext(service)}:`);
    const another = sampleZip();
    const body = Buffer.concat([Buffer.from(partHead(another.fileName)), another.bytes, Buffer.from(PART_END)]);
    const [head] = uploadHead('pt_xyz', '', { 'Content-Length': String(body.length) }).split('--xyz');
    await sending.send(Buffer.concat([Buffer.from(head!), body]));
    await sending.receive(/HTTP\/1.1 503 [\s\S]*"code":"STORAGE_UNAVAILABLE"/);
    await fetching.send('GET /1/download HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await fetching.receive(/HTTP\/1.1 503 [\s\S]*as many files open as it may[\s\S]*"code":"STORAGE_UNAVAILABLE"/);
    limit(service, '--nofile=1024:');
    expect((await upload(service.url, zip)).status).to.equal(200);
    for (const { socket } of [sending, fetching]) socket.destroy();
  });
});

/** A connection that the service has taken, and keeps. */
async function accepted(url: string): Promise<RawConnection> {
  const connection = await rawConnection(url);
  await connection.send('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await connection.receive(/HTTP\/1.1 200 /);
  return connection;
}

/** The next descriptor that it opens gets the lowest number that is free: below this limit none is. */
function numberOfNext({ pid }: Service): number {
  const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let next = 0;
  while (taken.has(next)) next += 1;
  return next;
}
