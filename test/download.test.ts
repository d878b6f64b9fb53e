import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sade, Workplace } from '../testing/cli/sade.ts';
import { createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { startFaultyProxy } from '../testing/proxies/faulty-proxy.ts';
import { scrubbed } from '../testing/service/scrubbing.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

/** A name with all that is awkward in a URL, a header, a form, a shell and a table. */
const AWKWARD = `klien "A" & co; 100% (ö) 🐈's`.replace('🐈', 'ñ');

describe('sade list, history and download', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let sha256: string;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    await mariadb.sql(`create database \`${AWKWARD}\``);
    await mariadb.sql(
      'create table t (id int primary key, v mediumblob); insert into t select seq, random_bytes(1000) from seq_1_to_6000',
      AWKWARD,
    );
    await grantBackup(mariadb, AWKWARD);
    place = await Workplace.create([entryOf(mariadb, AWKWARD)]);
    service = await startServiceHere({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
    });
    const { code, report, stderr } = await place.backup(service.url);
    expect(code, stderr).to.equal(0);
    sha256 = report.outcomes[0]!.sha256!;
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  const digestOf = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  const download = (server: string, ...more: string[]) => sade(['download', '1', '--server', server, ...more]);

  it('list shows each database with its latest backup', async () => {
    const { code, stdout } = await sade(['list', '--server', service.url]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/database +state +id +newest complete \([+-]\d\d:\d\d\) +age +restore id +size +rows/)
      .and.contain(AWKWARD)
      .and.match(/1 database: 1 complete$/m);
  });

  it('history shows every backup of one', async () => {
    const { code, stdout } = await sade(['history', AWKWARD, '--server', service.url]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^id +state +taken \([+-]\d\d:\d\d\) +age +rows/)
      .and.match(/^ *1 +complete /m);
    expect((await sade(['history', AWKWARD, '--wide', '--server', service.url])).stdout)
      .to.contain(`mysql-`)
      .and.contain(AWKWARD);
  });

  it('history of a database that was never backed up is an error', async () => {
    const { code, stderr } = await sade(['history', 'no_such', '--server', service.url]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('404');
  });

  it('download gives the bytes that were sent, under the name they were sent with', async () => {
    const { code, stdout, stderr } = await download(service.url, '--output', place.folder);
    expect(code, stderr).to.equal(0);
    const name = (await readdir(place.folder)).find(entry => entry.endsWith('.sql.zip'))!;
    expect(name).to.contain(AWKWARD);
    expect(stdout).to.contain(sha256);
    expect(await digestOf(join(place.folder, name))).to.equal(sha256);
    expect((await stat(join(place.folder, name))).mode & 0o077).to.equal(0);
  });

  it('continues a broken download', async () => {
    const target = join(place.folder, 'resumed.zip');
    let brokenIn = 0;
    let fetchedAfter = 0;
    await using proxy = await startFaultyProxy(
      () => service.url,
      ({ direction, bytesSoFar, connection }) => {
        if (direction === 'up') return 'pass';
        if (brokenIn !== 0 && connection > brokenIn) fetchedAfter = bytesSoFar;
        if (brokenIn !== 0 || bytesSoFar < 3_000_000) return 'pass';
        brokenIn = connection;
        return 'break';
      },
    );
    const { code, stderr } = await download(proxy.url, '--output', target);
    expect(code, stderr).to.equal(0);
    expect(await digestOf(target)).to.equal(sha256);
    expect(fetchedAfter, 'bytes fetched after the break').to.be.within(1, (await stat(target)).size - 1_000_000);
  });

  it('goes on with what an earlier run left', async () => {
    const target = join(place.folder, 'continued.zip');
    const whole = await readFile(join(place.folder, 'resumed.zip'));
    await writeFile(`${target}.part`, whole.subarray(0, 4_000_000));
    expect((await download(service.url, '--output', target)).code).to.equal(0);
    expect(await digestOf(target)).to.equal(sha256);
  });

  it('starts again when the part of an earlier run is of another file', async () => {
    const target = join(place.folder, 'foreign.zip');
    await writeFile(`${target}.part`, 'these bytes are from elsewhere');
    expect((await download(service.url, '--output', target)).code).to.equal(0);
    expect(await digestOf(target)).to.equal(sha256);
  });

  it('says what the service says of an id that is not there', async () => {
    const { code, stderr } = await sade(['download', '999', '--server', service.url]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('404 BACKUP_NOT_FOUND').and.not.contain('proxy');
  });

  it('does not write over a file', async () => {
    const { code, stderr } = await download(service.url, '--output', join(place.folder, 'resumed.zip'));
    expect(code).to.equal(3);
    expect(stderr).to.contain('exists already');
  });

  it('says that the stored file is damaged once the service knows it, and to try again only before', async () => {
    const folder = join(place.folder, 'backups', AWKWARD);
    const zip = join(folder, (await readdir(folder)).find(name => name.endsWith('.zip'))!);
    const content = await readFile(zip);
    content[1_000_000]! ^= 1;
    await writeFile(zip, content);
    const output = join(place.folder, 'rotten.zip');
    const before = await download(service.url, '--output', output);
    expect(before.code).to.equal(1);
    expect(before.stderr)
      .to.contain('was received with a different SHA-256 than the service reports')
      .and.contain('Try again');
    expect(await scrubbed(service.url, '?all=true')).to.include({ files_damaged: 1 });
    const { code, stderr } = await download(service.url, '--output', output);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(
        /^sade: backup 1 is damaged: .+, as last seen at \d+ \w{3} \d{4} \d\d:\d\d [+-]\d\d:\d\d\. Backup 1 was received with .+ was deleted\.\n/,
      )
      .and.contain('what to do: sade history ')
      .and.not.contain('Try again');
    expect((await readdir(place.folder)).filter(name => name.startsWith('rotten'))).to.deep.equal([]);
  });
});
