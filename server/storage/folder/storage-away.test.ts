import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Disk, makeDisk } from '../../../testing/machine/mounts.ts';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { scrubbed } from '../../../testing/service/scrubbing.ts';
import { refusedHere, type ServiceHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

describe('a storage whose disk goes away while the service runs', function () {
  this.timeout(60_000);
  let folder: string;
  let at: string;
  let service: ServiceHere;
  let disk: Disk | undefined;
  const env = () => ({ DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: at });
  const zip = sampleZip();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-away-'));
    at = join(folder, 'backups');
    await mkdir(at);
  });
  afterEach(async () => {
    await service?.stop();
    disk?.[Symbol.dispose]();
    disk = undefined;
    await rm(folder, { recursive: true });
  });

  async function start(): Promise<void> {
    service = await startServiceHere(env());
    expect((await upload(service.url, zip)).status).to.equal(201);
  }

  /** Nothing is taken, nothing is called lost, and everyone hears why. */
  async function expectAway(): Promise<void> {
    for (const sent of [zip, sampleZip(), sampleZip({ database: 'pt_abc' })])
      expectError(await upload(service.url, sent), 503, 'STORAGE_UNAVAILABLE');
    for (const path of ['/-/ready', '/-/status', '/1/download'])
      expectError(await request(service.url + path), 503, 'STORAGE_UNAVAILABLE');
    expect((await request(`${service.url}/-/ready`)).json.message).to.contain('may not be mounted');
    expect((await request(`${service.url}/-/healthy`)).status).to.equal(200);
    const scrub = await scrubbed(service.url, '?all=true');
    expect(scrub).to.include({ files_damaged: 0, files_checked: 0, backups_damaged: 0 });
    expect(scrub.last_error).to.contain('may not be mounted');
  }

  async function expectBack(): Promise<void> {
    expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
    const download = await fetch(`${service.url}/1/download`);
    expect(Buffer.from(await download.arrayBuffer()).equals(zip.bytes)).to.equal(true);
    expect((await upload(service.url, zip)).status).to.equal(200);
    expect((await upload(service.url, sampleZip())).status).to.equal(201);
    expect(await scrubbed(service.url, '?all=true')).to.include({ files_damaged: 0, files_checked: 2 });
  }

  it('stores nothing under the bare mount point, marks nothing as damaged, and goes on when the disk is back', async function () {
    disk = makeDisk(at, join(folder, 'kept'));
    if (!disk) this.skip();
    await start();
    disk.unmount();
    await expectAway();
    expect(await readdir(at)).to.deep.equal([]);
    disk.mount();
    await expectBack();
  });

  it('lets no second service write under the mount point', async function () {
    disk = makeDisk(at, join(folder, 'kept'));
    if (!disk) this.skip();
    await start();
    disk.unmount();
    const { message } = await refusedHere(env());
    expect(message).to.contain('is its disk mounted?');
    expect(await readdir(at)).to.deep.equal([]);
  });

  it('serves downloads and refuses uploads while the disk is read-only', async function () {
    disk = makeDisk(at, join(folder, 'kept'));
    if (!disk) this.skip();
    await start();
    disk.makeReadOnly();
    for (const sent of [zip, sampleZip(), sampleZip({ database: 'pt_abc' })])
      expectError(await upload(service.url, sent), 503, 'STORAGE_UNAVAILABLE');
    expectError(await request(`${service.url}/-/ready`), 503, 'STORAGE_UNAVAILABLE');
    expect((await request(`${service.url}/1/download`)).status).to.equal(200);
    expect(await scrubbed(service.url, '?all=true')).to.include({ files_damaged: 0, files_checked: 1 });
    disk.unmount();
    disk.mount();
    await expectBack();
  });

  it('notices a folder that was moved away, and another storage instead of its own', async () => {
    await start();
    await rename(at, `${at}.away`);
    await expectAway();
    await mkdir(at);
    await expectAway();
    await writeFile(join(at, '.lumbung-storage '), '{"id":"0f69a75b-9fdf-48c6-8ec9-2277934b7bb8"}');
    await expectAway();
    expect(await readdir(at)).to.deep.equal(['.lumbung-storage ']);
    await rm(at, { recursive: true });
    await rename(`${at}.away`, at);
    await expectBack();
  });

  it('locks the copy that has taken its place, too', async () => {
    await start();
    await rename(at, `${at}.away`);
    await cp(`${at}.away`, at, { recursive: true });
    await expectBack();
    const { message } = await refusedHere({ ...env(), DATABASE_URL: `sqlite:${folder}/other.sqlite` });
    expect(message).to.contain('another Lumbung uses');
  });

  it('stores nothing where another service has locked the copy in its place', async () => {
    await start();
    await rename(at, `${at}.away`);
    await cp(`${at}.away`, at, { recursive: true });
    const other = { ...env(), DATABASE_URL: `sqlite:${folder}/other.sqlite`, ALLOW_EMPTY_HISTORY: 'on' };
    await using _other = await startServiceHere(other);
    await expectAway();
  });

  it('writes its marker again when only that was removed', async () => {
    await start();
    const marker = join(at, '.lumbung-storage ');
    const before = await readFile(marker, 'utf8');
    await rm(marker);
    await expectBack();
    expect(await readFile(marker, 'utf8')).to.equal(before);
    expect(service.output()).to.contain('the marker of the storage is written again');
  });

  describe('where a single database lies on a disk of its own,', () => {
    const other = sampleZip({ database: 'pt_abc' });

    async function expectOneAway(): Promise<void> {
      for (const sent of [zip, sampleZip()]) expectError(await upload(service.url, sent), 503, 'STORAGE_UNAVAILABLE');
      expectError(await request(`${service.url}/1/download`), 503, 'STORAGE_UNAVAILABLE');
      expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
      expect((await request(`${service.url}/2/download`)).status).to.equal(200);
      const scrub = await scrubbed(service.url, '?all=true');
      expect(scrub).to.include({ files_damaged: 0, files_unreadable: 1, files_checked: 1, backups_damaged: 0 });
    }

    async function expectOneBack(): Promise<void> {
      expect((await upload(service.url, zip)).status).to.equal(200);
      expect((await request(`${service.url}/1/download`)).status).to.equal(200);
      expect(await scrubbed(service.url, '?all=true')).to.include({ files_damaged: 0, files_unreadable: 0 });
    }

    it('by a link that is broken for a while', async () => {
      await mkdir(join(folder, 'large/pt_xyz'), { recursive: true });
      await symlink(join(folder, 'large/pt_xyz'), join(at, 'pt_xyz'));
      await start();
      expect((await upload(service.url, other)).status).to.equal(201);
      await rename(join(folder, 'large'), join(folder, 'away'));
      await expectOneAway();
      await rename(join(folder, 'away'), join(folder, 'large'));
      await expectOneBack();
    });

    it('as a mount point', async function () {
      await mkdir(join(at, 'pt_xyz'));
      disk = makeDisk(join(at, 'pt_xyz'), join(folder, 'kept'));
      if (!disk) this.skip();
      await start();
      expect((await upload(service.url, other)).status).to.equal(201);
      disk.unmount();
      await expectOneAway();
      expect(await readdir(join(at, 'pt_xyz'))).to.deep.equal([]);
      disk.mount();
      await expectOneBack();
    });
  });
});
