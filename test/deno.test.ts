import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { CLIENTS, createClients, entryOf } from './support/clients.ts';
import { type MariaDb, startMariaDb } from './support/mariadb.ts';
import { proveRestorable } from './support/prove-restorable.ts';
import { sade, Workplace } from './support/sade.ts';
import { type Service, startService } from './support/service.ts';

/** Under Deno mocha does not know --no-config: any JSON file without options of its own will do. */
const NO_MOCHA_CONFIG = '--config=tsconfig.json';

describe('under Deno', function () {
  this.timeout(120_000);

  it('the tests of the channel library pass', async () => {
    const mocha = join(import.meta.dirname, '../node_modules/mocha/bin/mocha.js');
    const root = join(import.meta.dirname, '..');
    const args = ['run', '-A', '--quiet', mocha, NO_MOCHA_CONFIG, '--reporter', 'json', 'cli/channel/*.test.ts'];
    const { stdout } = await promisify(execFile)('deno', args, { cwd: root, maxBuffer: 16 << 20 });
    const { stats } = JSON.parse(stdout) as { stats: { passes: number; failures: number; pending: number } };
    expect(stats.passes).to.be.greaterThan(30);
    expect([stats.failures, stats.pending]).to.deep.equal([0, 0]);
  });

  describe('the whole path', () => {
    let mariadb: MariaDb;
    let service: Service;
    let place: Workplace;

    before(async () => {
      mariadb = await startMariaDb();
      await createClients(mariadb);
      place = await Workplace.create(CLIENTS.map(client => entryOf(mariadb, client)));
      service = await startService({
        STORAGE_DIR: join(place.folder, 'backups'),
        DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
      });
    });
    after(async () => {
      await service[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      await mariadb.stop();
    });

    it('backs up and restores, with just the permissions that the README lists', async () => {
      const { code, stderr } = await place.backup(service.url, [], { runtime: 'deno' });
      expect(code, stderr).to.equal(0);
      expect((await readdir(place.workDir)).filter(name => name.startsWith('mysql-'))).to.deep.equal([]);
      const { data } = (await (await fetch(service.url)).json()) as {
        data: Parameters<typeof proveRestorable>[0]['backup'][];
      };
      expect(data).to.have.length(CLIENTS.length);
      for (const backup of data) await proveRestorable({ mariadb, service: service.url, backup, folder: place.folder });
    });

    it('lists, and downloads', async () => {
      const list = await sade(['list', '--server', service.url], { runtime: 'deno' });
      for (const client of CLIENTS) expect(list.stdout).to.contain(client);
      const download = await sade(['download', '1', '--server', service.url, '--output', place.folder], {
        runtime: 'deno',
      });
      expect(download.code, download.stderr).to.equal(0);
    });
  });
});
