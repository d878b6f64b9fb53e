import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { expect } from 'chai';
import type { RunReportJson } from '../../cli/report/run-report.ts';
import type { BackupReport } from '../../protocol/responses.ts';
import { Workplace } from '../../testing/cli/sade.ts';
import { differences } from '../../testing/databases/compare-databases.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMariaDbSuite, loadMariaDbSuite } from '../../testing/databases/mariadb-suite/mariadb-suite.ts';
import { type Service, startService } from '../../testing/service/service.ts';

/** How many databases are tried; the more the longer: some five in three seconds. */
const WANTED = Number(process.env.PEERS_DATABASES ?? 800);

interface Trial {
  readonly outcome: RunReportJson['outcomes'][number];
  /** What the client said when the dump did not load. */
  readonly loadError?: string;
  readonly differences: readonly string[];
}

/** Each database that MariaDB's own tests make, backed up by sade, restored by the documented commands, and compared. */
describe("MariaDB's own test suite as sources", () => {
  let mariadb: MariaDb;
  let service: Service;
  let place: Workplace;
  let folder: string;
  let trials: Trial[];

  before(async () => {
    if (!hasMariaDbSuite()) throw new Error('The test suite is not there: scripts/setup long brings it.');
    folder = await mkdtemp(join(tmpdir(), 'lumbung-peers-'));
    mariadb = await startMariaDb(['--event-scheduler=OFF', '--max-allowed-packet=64M']);
    const databases = await loadMariaDbSuite(mariadb, WANTED);
    place = await Workplace.create(databases.map(database => entry(mariadb, database)));
    service = await startService({ STORAGE_DIR: join(folder, 'backups'), DATABASE_URL: `sqlite:${folder}/h.sqlite` });
    const { report } = await place.backup(service.url, ['--timeout', '5m']);
    expect(report.outcomes).to.have.length(databases.length);
    trials = [];
    for (const outcome of report.outcomes) trials.push(await restored(outcome));
    await tell(trials);
  });
  after(async () => {
    await service?.stop();
    await place?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it('are enough to mean something', () => {
    expect(trials.length).to.be.at.least(WANTED);
    expect(trials.filter(({ outcome }) => outcome.state === 'complete').length).to.be.greaterThan(WANTED / 2);
  });

  it('come back identical wherever a backup is complete without a finding', () => {
    const lies = trials.filter(trial => isClean(trial) && !isIdentical(trial));
    expect(lies.map(({ outcome, ...rest }) => ({ database: outcome.database, ...rest }))).to.deep.equal([]);
  });

  it('load wherever a backup is complete', () => {
    const broken = trials.filter(({ outcome, loadError }) => outcome.state === 'complete' && loadError !== undefined);
    expect(broken.map(({ outcome, loadError }) => `${outcome.database}: ${loadError}`)).to.deep.equal([]);
  });

  async function restored(outcome: RunReportJson['outcomes'][number]): Promise<Trial> {
    if (outcome.backup_id === undefined) return { outcome, differences: [] };
    const zip = join(folder, 'backup.zip');
    const answer = await fetch(`${service.url}/${outcome.backup_id}/download`);
    await pipeline(answer.body!, createWriteStream(zip));
    const copy = `copy_of_${outcome.database}`.slice(0, 64);
    const { data } = (await (await fetch(`${service.url}/${outcome.backup_id}/manifest`)).json()) as BackupReport;
    const { character_set, collation } = data.manifest!.source;
    await mariadb.sql(`create database \`${copy}\` character set ${character_set} collate ${collation}`);
    try {
      const loadError = await load(mariadb, zip, copy);
      return {
        outcome,
        ...(loadError !== undefined && { loadError }),
        differences: await differences(mariadb, outcome.database, copy),
      };
    } finally {
      await mariadb.sql(`drop database \`${copy}\``);
    }
  }
});

const isClean = ({ outcome }: Trial) => outcome.state === 'complete' && outcome.findings.length === 0;
const isIdentical = ({ loadError, differences }: Trial) => loadError === undefined && differences.length === 0;

function entry({ host, port, user, password }: MariaDb, database: string): object {
  return { database_name: database, db_host: host, db_port: String(port), db_username: user, db_password: password };
}

/** As docs/how-to/restore-a-database.md says. @returns what was said when it failed */
async function load(
  { host, port, user, password }: MariaDb,
  zip: string,
  database: string,
): Promise<string | undefined> {
  const script =
    'set -o pipefail; unzip -p "$1" | mariadb --no-defaults --binary-mode --comments --max-allowed-packet=1G --init-command="SET check_constraint_checks = 0, innodb_strict_mode = 0" -h "$2" -P "$3" -u "$4" "$5"';
  const shell = spawn('bash', ['-c', script, 'load', zip, host, String(port), user, database], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MYSQL_PWD: password },
  });
  const [said, [code]] = await Promise.all([text(shell.stderr), once(shell, 'close')]);
  return code === 0 ? undefined : said.trim();
}

/** The figures on the terminal, all of it in a file. */
async function tell(trials: readonly Trial[]): Promise<void> {
  const count = (is: (trial: Trial) => boolean) => trials.filter(is).length;
  const path = join(tmpdir(), 'lumbung-peers-mariadb-suite.json');
  const worthALook = trials.filter(trial => !isIdentical(trial) || trial.outcome.state !== 'complete');
  await writeFile(path, JSON.stringify(worthALook, null, 1));
  const complete = (trial: Trial) => trial.outcome.state === 'complete';
  console.log(`      databases tried: ${trials.length}
      complete: ${count(complete)}, of them without a finding: ${count(isClean)}
      complete and identical after the restore: ${count(trial => complete(trial) && isIdentical(trial))}
      complete with a finding, and not identical: ${count(trial => complete(trial) && !isClean(trial) && !isIdentical(trial))}
      complete without a finding, and not identical: ${count(trial => isClean(trial) && !isIdentical(trial))}
      incomplete: ${count(({ outcome }) => outcome.state === 'incomplete')}, failed: ${count(({ outcome }) => outcome.state === 'failed')}
      all that is not complete and identical: ${path}`);
}
