import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DatabaseHistory, DatabaseList } from '../protocol/responses.ts';
import { sade, Workplace } from '../testing/cli/sade.ts';
import { CLIENTS, createClients, entryOf } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { proveRestorable } from '../testing/databases/prove-restorable.ts';
import { HISTORY_STORES } from '../testing/history/history-stores.ts';
import { type Service, startService } from '../testing/service/service.ts';

let mariadb: MariaDb;

describe('sade backup', function () {
  this.timeout(60_000);

  before(async () => {
    mariadb = await startMariaDb();
    await createClients(mariadb);
  });
  after(() => mariadb.stop());

  for (const store of HISTORY_STORES)
    describe(`with the history in ${store.name}`, () => {
      let service: Service;
      let place: Workplace;

      before(async () => {
        place = await Workplace.create(CLIENTS.map(client => entryOf(mariadb, client)));
        service = await startService({
          STORAGE_DIR: join(place.folder, 'backups'),
          DATABASE_URL: await store.emptyUrl(place.folder),
        });
      });
      after(async () => {
        await service[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      });

      it('takes every database through dump, zip and upload', async () => {
        const { code, report, stderr } = await place.backup(service.url);
        expect(
          report.outcomes.map(outcome => outcome.state),
          stderr,
        ).to.deep.equal(['complete', 'complete', 'complete']);
        expect(code).to.equal(0);
        expect(stderr).to.contain('3 of 3 databases ok, ');
      });

      it('leaves nothing in the work folder', async () => {
        expect((await readdir(place.workDir)).filter(name => name !== 'run.lock').sort()).to.deep.equal([
          'last-run.json',
          'run.log',
        ]);
      });

      it('makes backups that the service lists, and that restore to what the source holds', async () => {
        const { data } = (await (await fetch(service.url)).json()) as DatabaseList;
        expect(data.map(database => database.database_name)).to.deep.equal([...CLIENTS].sort());
        for (const backup of data) {
          const proof = await proveRestorable({ mariadb, service: service.url, backup, folder: place.folder });
          expect(proof.rows).to.be.greaterThan(10_000);
        }
      });

      it('records the defaults of each database, with which a restore creates it', async () => {
        await mariadb.sql('alter database `toko-buku` character set latin1 collate latin1_german2_ci');
        const { report } = await place.backup(service.url, ['--only', 'toko-buku']);
        const id = report.outcomes[0]!.backup_id!;
        const { stdout } = await sade(['show', String(id), '--server', service.url]);
        const statement = /restore to\s+(CREATE DATABASE .*;)$/m.exec(stdout)?.[1];
        await mariadb.sql(statement!);
        const [made] = await mariadb.sql('show create database `toko-buku_restored`');
        expect(made!['Create Database']).to.contain('CHARACTER SET latin1 COLLATE latin1_german2_ci');
        await mariadb.sql('drop database `toko-buku_restored`');
      });

      it('adds to the history with each run, newest first', async () => {
        expect((await place.backup(service.url, ['--only', 'toko-buku'])).code).to.equal(0);
        const { data } = (await (await fetch(`${service.url}/toko-buku`)).json()) as DatabaseHistory;
        expect(data.histories).to.have.length(3);
        expect(data.histories[0]!.id).to.be.greaterThan(data.histories[1]!.id);
      });
    });
});
