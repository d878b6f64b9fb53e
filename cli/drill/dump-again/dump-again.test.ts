import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dumpDatabase } from '../../../testing/databases/dump-database.ts';
import { SHOP } from '../../../testing/databases/shop.ts';
import { MARIADB, type SourceServer } from '../../../testing/databases/source-server.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { optionsDigest } from '../../manifest/options-digest.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import { dumpAgain } from './dump-again.ts';

const signal = new AbortController().signal;
const sample = sampleManifest(sampleZip());

for (const { name, flavour, open } of [MARIADB])
  describe(`a second dump, on ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    let folder: string;
    before(async () => {
      server = (await open())!;
      folder = await mkdtemp(join(tmpdir(), 'lumbung-again-'));
      await server.sql(`create database pt_again; use pt_again; ${SHOP}
        create or replace user lumbung@'127.0.0.1' identified by 'secret#1'; grant all on pt_again.* to lumbung@'127.0.0.1'; grant select on mysql.proc to lumbung@'127.0.0.1'`);
    });
    after(async () => {
      await server?.sql("drop database if exists pt_again; drop user if exists lumbung@'127.0.0.1'");
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    const clients = () => ({ all: [server.client], for: () => server.client });
    const first = async () => {
      const path = join(folder, 'first.sql');
      await rm(path, { force: true });
      const { report } = await dumpDatabase(server.source('pt_again'), path, {
        clients: clients(),
        preflight: runPreflight,
        signal,
      });
      return { backup: () => createReadStream(path), version: report!.server.version };
    };
    const again = async (
      { backup, version }: Awaited<ReturnType<typeof first>>,
      {
        client = server.client.version,
        source = version,
        dumpOptions = [] as string[],
        known = [] as string[] | null,
      } = {},
    ) => {
      const manifest = {
        source: {
          database: 'pt_again',
          server: { flavour, version: source },
          character_set: null,
          collation: null,
          lower_case_table_names: null,
        },
        client: { flavour, version: client },
        findings: [],
        dump: { ...sample.dump, options_sha256: known && optionsDigest(known) },
      };
      const restored = server.source('pt_again', { dumpOptions });
      const options = { clients: clients(), server: { flavour, version }, folder, signal };
      return await dumpAgain({ restored, manifest, backup, ...options });
    };

    it('is the same as the first, and leaves no file behind', async () => {
      expect(await again(await first())).to.deep.equal({ result: 'same' });
      expect(await readdir(folder)).to.deep.equal(['first.sql']);
    });

    it('differs when one row, one definition or one object does, and names it', async () => {
      const trials = [
        [
          'update stock set amount = amount + 1 where id = 100',
          'table stock',
          'update stock set amount = amount - 1 where id = 100',
        ],
        ["alter table item comment 'x'", 'table item', "alter table item comment ''"],
        ['drop event nightly', 'events', 'create event nightly on schedule every 1 day do call restock()'],
      ] as const;
      for (const [change, object, back] of trials) {
        const backup = await first();
        await server.sql(`use pt_again; ${change}`);
        const found = await again(backup);
        expect(found, change).to.have.property('result', 'differs');
        expect(found, change).to.have.nested.property('difference.object', object);
        await server.sql(`use pt_again; ${back}`);
      }
    });

    it('proves nothing where another version of a program or a server wrote other words', async () => {
      const backup = await first();
      await server.sql('use pt_again; delete from stock where id = 1');
      expect(await again(backup, { client: '10.5.1' })).to.deep.equal({
        result: 'not comparable',
        why: `the backup was dumped by MariaDB 10.5.1, and the restored database by MariaDB ${server.client.version}`,
      });
      expect(await again(backup, { source: '10.6.2' })).to.have.property('result', 'not comparable');
    });

    it('proves nothing where the options of the first dump are others, or not known', async () => {
      const backup = await first();
      const dumpOptions = ['--ignore-table=pt_again.stock'];
      expect(await again(backup, { dumpOptions, known: dumpOptions })).to.have.property('result', 'differs');
      for (const known of [null, []])
        expect(await again(backup, { dumpOptions, known })).to.have.property('result', 'not comparable');
      expect(await again(backup, { dumpOptions, known: [] }))
        .to.have.property('why')
        .that.contains('those in the list of databases here are others');
      expect(await again(backup, { dumpOptions, known: [], client: '10.5.1' }), 'what is surely so, first')
        .to.have.property('why')
        .that.contains('dumped by MariaDB 10.5.1');
    });

    it('proves nothing where the restored database has to be dumped with fewer rights, and does not blame the list', async () => {
      const backup = await first();
      await server.sql("revoke event on pt_again.* from lumbung@'127.0.0.1'");
      try {
        const found = await again(backup, { known: [] });
        expect(found).to.have.property('result', 'not comparable');
        expect(found).to.have.property('why').that.contains("can't be dumped as the source was");
      } finally {
        await server.sql("grant event on pt_again.* to lumbung@'127.0.0.1'");
      }
    });
  });
