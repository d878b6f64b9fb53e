import fc from 'fast-check';
import {
  awkwardDefinitions,
  expectTruth,
  type TrialServer,
  tryDefinition,
} from '../../testing/databases/definition-trial.ts';
import { sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';

/** Of each flavour; a hundred take some half a minute on a quiet machine. `DEFINITIONS_SEED` repeats a run. */
const COUNT = Number(process.env.DEFINITIONS ?? 1000);
const SEED = Number(process.env.DEFINITIONS_SEED ?? Date.now() % 1_000_000);

/** Random definitions through the real servers, dump programs and clients: the scanner predicts how they come back. */
describe(`${COUNT} random definitions, seed ${SEED}`, () => {
  async function areJudged(server: TrialServer): Promise<void> {
    const seen = { valid: 0, lost: 0, 'needs binary mode': 0 };
    for (const definition of fc.sample(awkwardDefinitions(server.flavour), { seed: SEED, numRuns: COUNT })) {
      const verdict = await tryDefinition(server, definition);
      if (!verdict.isValid) continue;
      expectTruth(verdict, JSON.stringify(definition));
      seen.valid++;
      if (!verdict.comesBackInBinaryMode) seen.lost++;
      else if (!verdict.comesBack) seen['needs binary mode']++;
    }
    console.log(`      ${JSON.stringify(seen)}`);
  }

  it('are judged rightly for MariaDB', async () => {
    const { socket } = await sharedMariaDb();
    await areJudged({ flavour: 'mariadb', socketPath: socket, dump: 'mariadb-dump', client: 'mariadb' });
  });

  it('are judged rightly for MySQL 9', async function () {
    if (!hasMySql9()) return this.skip();
    await using mysql = await startMySql9();
    const [dump, client] = [mySql9Program('mysqldump'), mySql9Program('mysql')];
    await areJudged({ flavour: 'mysql', socketPath: mysql.socket, dump, client });
  });
});
