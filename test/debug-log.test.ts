import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOnDisk } from '../testing/cli/on-disk.ts';
import { RUNTIMES } from '../testing/cli/runtimes.ts';
import { runDocumented, sade, Workplace } from '../testing/cli/sade.ts';
import { BACKUP_USER, createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { blocksRunBy } from '../testing/docs/pages.ts';
import { portOf } from '../testing/free-port.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

describe('SADE_LOG', function () {
  this.timeout(60_000);
  filesOnDisk();
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    await mariadb.sql('create database client_1');
    await mariadb.sql('create table t (id int primary key); insert into t values (1)', 'client_1');
    await grantBackup(mariadb, 'client_1');
    place = await Workplace.create([{ ...entryOf(mariadb, 'client_1'), dump_options: ['--where=id <> 4711'] }]);
    const settings = { STORAGE_DIR: join(place.folder, 'backups'), DATABASE_URL: `sqlite:${place.folder}/h.sqlite` };
    service = await startServiceHere(settings);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  for (const { name, process: runtime } of RUNTIMES)
    it(`logs to stderr what a backup does, one line an event, without the password (${name})`, async () => {
      const env = { SADE_LOG: 'debug' };
      const { code, stdout, stderr } = await sade(place.args(service.url), { env, runtime });
      expect(code, stderr).to.equal(0);
      expect(stdout).not.to.contain(' debug ');
      const lines = stderr.trimEnd().split('\n');
      for (const line of lines)
        expect(line).to.match(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z (?:error|warn {1}|info {1}|debug) (?:client_1|-) \w/);
      expect(stderr).to.match(/ debug client_1 is connected server=127\.0\.0\.1:\d+ user=lumbung tls=\w+\n/);
      const wanted = [
        / - sade starts command=backup version=\S+ (?:node|deno)=/,
        / client_1 dump begins$/,
        / client_1 mysqldump starts program=\S+ pid=\d+ args=\[.*"--single-transaction".*"--where=…","--","client_1"\]/,
        / client_1 mysqldump ends code=0/,
        / client_1 dump ends ms=\d+ bytes=\d+/,
        / client_1 zip begins file=\S+\.sql\.zip/,
        / client_1 zip ends .*bytes=\d+/,
        / client_1 upload attempt begins attempt=1 bytes=\d+/,
        / client_1 the service answers an upload attempt=1 status=201/,
        / client_1 upload ends .*state=complete/,
        / - sade ends command=backup exit_code=0/,
      ];
      for (const pattern of wanted)
        expect(
          lines.filter(line => pattern.test(line)),
          String(pattern),
        ).to.have.length(1);
      expect(stderr).not.to.contain(BACKUP_USER.password).and.not.contain('4711');
    });

  it('logs with trace each statement that a server is asked', async () => {
    const { stderr } = await sade(['doctor', ...place.args(service.url).slice(1)], { env: { SADE_LOG: 'trace' } });
    expect(stderr).to.match(/ trace client_1 asks sql="show grants" rows=\d/);
  });

  it('logs each attempt of an upload with its answer, and why the zip waits', async () => {
    const broken = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(503).end());
    }).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const port = portOf(broken);
    const args = place.args(`http://127.0.0.1:${port}`, '--retries', '1');
    const { stderr } = await sade(args, { env: { SADE_LOG: 'debug' } });
    broken.close();
    for (const attempt of [1, 2])
      expect(stderr).to.contain(` debug client_1 the service answers an upload attempt=${attempt} status=503\n`);
    expect(stderr).to.match(/ info {2}client_1 upload ends .*state="waits until the other uploads are over" why=/);
    const { stderr: less } = await sade(args, { env: { SADE_LOG: 'info' } });
    expect(less).to.contain(' info ').and.not.contain(' debug ');
  });

  it('is written into a file as the docs show', async () => {
    const [block] = blocksRunBy('test/debug-log.test.ts');
    await runDocumented(block!.text.replace('pt_xyz', 'client_1'), place, service.url);
    expect(await readFile(join(place.folder, 'debug.log'), 'utf8')).to.contain(' client_1 mysqldump starts ');
  });

  it('refuses a level that there is not, and logs nothing without one', async () => {
    const { code, stderr } = await sade(['doctor', ...place.args(service.url).slice(1)], {
      env: { SADE_LOG: 'debgu' },
    });
    expect([code, stderr]).to.deep.equal([
      3,
      'sade: SADE_LOG is "debgu" and must be one of error, warn, info, debug, trace. Did you mean debug?\n',
    ]);
    expect((await sade(place.args(service.url))).stderr).to.equal('');
  });
});
