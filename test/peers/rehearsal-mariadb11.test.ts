import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { findMysqldump } from '../../cli/client-programs/mysqldump-client.ts';
import { Rehearsals } from '../../cli/rehearsal/rehearsals.ts';
import { findServerPrograms } from '../../cli/throwaway-server/server-programs.ts';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { hasMariaDb11, mariaDb11Program, startMariaDb11 } from '../../testing/databases/mariadb11.ts';
import { rehearsed } from '../../testing/databases/rehearsed.ts';

describe('a rehearsal of a dump of MariaDB 11.8, by its own server program', function () {
  this.timeout(180_000);

  it('finds nothing in a database with everything in it, with a data folder that is new and one that was kept', async function () {
    if (!hasMariaDb11()) return this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-rehearsal-'));
    try {
      await using server = await startMariaDb11();
      const root = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true });
      await root.query(
        `create user rehearsed@'127.0.0.1' identified by 'secret#1'; grant all on *.* to rehearsed@'127.0.0.1' with grant option`,
      );
      await createEverything(root, { database: 'all_of_it', flavour: 'mariadb', version: '11.8.0', largestRow: 1000 });
      await root.end();
      const client = await findMysqldump(mariaDb11Program('mariadb-dump'));
      const clients = { all: [client], for: () => client };
      const source = {
        ...{ label: 'all_of_it', database: 'all_of_it', host: '127.0.0.1', port: server.port },
        ...{ user: 'rehearsed', password: 'secret#1', dumpOptions: [], shrinkLimitPercent: 50 },
      };
      const programs = findServerPrograms({ mariadbd: mariaDb11Program('mariadbd') });
      for (let run = 0; run < 2; run++) {
        const { signal } = new AbortController();
        await using rehearsals = new Rehearsals({ folder, programs, signal, isRequired: false });
        const { record, findings } = await rehearsed(rehearsals, source, { folder, clients });
        const { reason, left_out, compared } = record;
        expect({ findings, reason, left_out, compared }).to.deep.equal({
          ...{ findings: [], reason: null, left_out: [], compared: 'definitions' },
        });
        expect(record.server?.version).to.match(/^11\.8\./);
        expect(record.objects).to.be.above(60);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
