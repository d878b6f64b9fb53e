import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import {
  awkwardDefinitions,
  expectTruth,
  type TrialServer,
  tryDefinition,
} from '../../testing/databases/definition-trial.ts';
import { sharedMariaDb } from '../../testing/databases/mariadb.ts';
import { freePort } from '../../testing/free-port.ts';

const run = promisify(execFile);
const MYSQL9 = process.env.MYSQL9_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mysql9');
const SCRIPT = join(import.meta.dirname, '../../testing/databases/mysql9.sh');
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
    if (!existsSync(join(MYSQL9, '.ready'))) this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-mysql9-'));
    await run(SCRIPT, ['start', String(await freePort()), `${folder}/data`, '--skip-name-resolve']);
    try {
      const bin = (name: string) => join(MYSQL9, 'bin', name);
      const socketPath = `${folder}/data/mysqld.sock`;
      await areJudged({ flavour: 'mysql', socketPath, dump: bin('mysqldump'), client: bin('mysql') });
    } finally {
      await run(SCRIPT, ['stop', `${folder}/data`]);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
