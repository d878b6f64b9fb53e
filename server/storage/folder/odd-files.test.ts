import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../../testing/machine/memory-folder.ts';
import { makeDisk } from '../../../testing/machine/mounts.ts';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { scrubbed } from '../../../testing/service/scrubbing.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

const sqlite = historyStores.find(({ name }) => name === 'SQLite')!;

describe('a storage in which someone has put', () => {
  let app: RunningApp;
  let outside: string;
  beforeEach(async () => {
    app = await runApp(sqlite);
    outside = await mkdtemp(join(tmpdir(), 'lumbung-outside-'));
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await rm(outside, { recursive: true });
  });

  describe('a link to a folder elsewhere, or a disk, instead of the folder of a database:', () => {
    /** All results that an upload can have; each once ended with 500. */
    async function expectUsual(): Promise<void> {
      const [zip, other] = [sampleZip(), sampleZip({ content: 'other' })];
      expectError(await upload(app.url, { ...zip, bytes: zip.bytes.subarray(0, 40) }), 422, 'INVALID_ZIP');
      expect((await upload(app.url, zip)).status).to.equal(201);
      expect((await upload(app.url, zip)).status).to.equal(200);
      expectError(
        await upload(app.url, zip, { headers: { 'Repr-Digest': digestOf(other.sha256) } }),
        422,
        'DIGEST_MISMATCH',
      );
      const conflicting = sampleZip({ fileName: zip.fileName, content: 'other' });
      expectError(await upload(app.url, conflicting), 409, 'NAME_TAKEN');
      expect((await request(`${app.url}/1/download`)).status).to.equal(200);
      expect(await scrubbed(app.url, '?all=true')).to.include({ files_checked: 1, files_damaged: 0 });
      expect(app.log.filter(({ level }) => Number(level) >= 50)).to.deep.equal([]);
      const names = await readdir(join(app.storageDir, 'pt_xyz'));
      expect(names.filter(name => !name.startsWith('.lumbung'))).to.have.members([
        zip.fileName,
        `${zip.fileName}.json`,
      ]);
    }

    it('each result of an upload is answered as usual, through a link', async () => {
      await symlink(outside, join(app.storageDir, 'pt_xyz'));
      await expectUsual();
      expect(await readlink(join(app.storageDir, 'pt_xyz'))).to.equal(outside);
    });

    it('each result of an upload is answered as usual, on a disk that is mounted there', async function () {
      await mkdir(join(app.storageDir, 'pt_xyz'));
      using disk = makeDisk(join(app.storageDir, 'pt_xyz'), join(outside, 'kept'));
      if (!disk) this.skip();
      await expectUsual();
    });
  });

  const OBSTACLES: Record<string, (path: string) => unknown> = {
    'a named pipe': path => execFileSync('mkfifo', [path]),
    'a folder': async path => mkdir(join(path, 'x'), { recursive: true }),
    'a link that leads nowhere': path => symlink('/nowhere/at/all', path),
    'a socket': path => listenOnce(path),
    'a link to a named pipe': async path => {
      execFileSync('mkfifo', [join(outside, 'pipe')]);
      await symlink(join(outside, 'pipe'), path);
    },
  };

  for (const [what, put] of Object.entries(OBSTACLES)) {
    it(`${what} instead of a stored file: it is damaged, and healed by the same file`, async () => {
      const zip = sampleZip();
      await upload(app.url, zip);
      const path = join(app.storageDir, zip.database, zip.fileName);
      await rm(path);
      await put(path);
      expectError(await request(`${app.url}/1/download`), 500, 'STORED_FILE_MISSING');
      expect(await scrubbed(app.url, '?all=true')).to.include({ files_damaged: 1, files_unreadable: 0 });
      expect((await upload(app.url, zip)).status).to.equal(200);
      expect((await request(`${app.url}/1/download`)).status).to.equal(200);
      expect(await readdir(join(app.storageDir, zip.database))).to.include(`${zip.fileName}.bad-1`);
    });

    it(`${what} under the name of a file that is to come: it makes room`, async () => {
      const zip = sampleZip();
      await mkdir(join(app.storageDir, zip.database));
      await put(join(app.storageDir, zip.database, zip.fileName));
      expect((await upload(app.url, zip)).status).to.equal(201);
      expect((await request(`${app.url}/1/download`)).status).to.equal(200);
    });
  }

  for (const what of ['a named pipe', 'a link that leads nowhere', 'a socket'])
    it(`${what} instead of a record: it is written again`, async () => {
      const zip = sampleZip();
      await upload(app.url, zip);
      const path = join(app.storageDir, zip.database, `${zip.fileName}.json`);
      await rm(path);
      await OBSTACLES[what]!(path);
      expect(await scrubbed(app.url, '?all=true')).to.include({ files_damaged: 0 });
      expect(JSON.parse(String(await app.storage.getMetadata(zip)))).to.include({ id: 1 });
    });

  it('a file instead of the folder of a database: that database answers 503, others are stored', async () => {
    await writeFile(join(app.storageDir, 'pt_xyz'), '');
    expectError(await upload(app.url, sampleZip()), 503, 'STORAGE_UNAVAILABLE');
    expect((await upload(app.url, sampleZip({ database: 'pt_abc' }))).status).to.equal(201);
  });

  it('a ring of links instead of the folder of a database: that database answers 503, others are stored', async () => {
    await symlink('pt_xyz', join(app.storageDir, 'pt_xyz'));
    expectError(await upload(app.url, sampleZip()), 503, 'STORAGE_UNAVAILABLE');
    expect((await upload(app.url, sampleZip({ database: 'pt_abc' }))).status).to.equal(201);
  });
});

/** Leaves a socket behind on which no process listens. */
async function listenOnce(path: string): Promise<void> {
  // The path of a socket must be short, and on the file system of the storage.
  const folder = await makeMemoryFolder('s-');
  const server = createServer();
  await new Promise<void>(resolve => server.listen(join(folder, 's'), resolve));
  await link(join(folder, 's'), path);
  await new Promise(resolve => server.close(resolve));
  await rm(folder, { recursive: true });
}

function digestOf(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}
