import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import type { RunReportJson } from '../../../cli/report/run-report.ts';
import type { DrillReport } from '../../../protocol/reports/drill-report.ts';
import { sade, Workplace } from '../../cli/sade.ts';
import { type Service, startService } from '../../service/service.ts';
import { type MariaDb, startMariaDb } from '../mariadb.ts';
import { firstDifference, realDump } from '../real-dump.ts';
import { loadMariaDbSuite, type SuiteFiles } from './mariadb-suite.ts';

type Outcome = RunReportJson['outcomes'][number];

/** How the round of one database went. */
export interface SuiteRound {
  readonly database: string;
  readonly outcome: Outcome;
  /** What `sade restore` printed where it did not end with 0. */
  readonly restoreFailure: string | undefined;
  /** Where a dump of the restored database differs from the backup. */
  readonly difference: string | undefined;
  readonly drill: DrillReport | undefined;
}

/**
 * Takes databases of MariaDB's own test suite through the whole round, each step by the real programs: `sade backup`, `sade restore
 * --into`, a second dump, and `sade drill`.
 * @param range `wanted` and the files, as for `loadMariaDbSuite`
 */
export async function suiteRounds({ wanted, ...files }: { wanted: number } & SuiteFiles): Promise<SuiteRound[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-suite-'));
  try {
    await using mariadb = await startMariaDb(['--event-scheduler=OFF', '--max-allowed-packet=64M']);
    const { host, port, user, password } = mariadb;
    const login = { db_host: host, db_port: String(port), db_username: user, db_password: password };
    const databases = await loadMariaDbSuite(mariadb, wanted, files);
    await using place = await Workplace.create(databases.map(name => ({ database_name: name, ...login })));
    const settings = { STORAGE_DIR: join(folder, 'backups'), DATABASE_URL: `sqlite:${folder}/h.sqlite` };
    await using service = await startService(settings);
    const { report } = await place.backup(service.url, ['--timeout', '5m']);
    const config = ['--config', join(place.folder, 'databases.json'), '--server', service.url];
    const drilled = await sade(['drill', ...config, '--work-dir', join(folder, 'drill'), '--json']);
    const { drills } = JSON.parse(drilled.stdout) as { drills: DrillReport[] };
    const rounds: SuiteRound[] = [];
    for (const outcome of report.outcomes) {
      const { database } = outcome;
      const drill = drills.find(({ backup }) => backup.id === outcome.backup_id);
      const again = outcome.state === 'complete' ? await restoreAgain(outcome, { mariadb, service, place }) : NOTHING;
      rounds.push({ database, outcome, ...again, drill });
    }
    return rounds;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NOTHING = { restoreFailure: undefined, difference: undefined };

async function restoreAgain(
  { database, backup_id }: Outcome,
  { mariadb, service, place }: { mariadb: MariaDb; service: Service; place: Workplace },
): Promise<Pick<SuiteRound, 'restoreFailure' | 'difference'>> {
  const files = ['--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir];
  const into = ['--into', 'again', '--at', String(backup_id), '--yes', '--server', service.url];
  const { code, stdout, stderr } = await sade(['restore', database, ...into, ...files]);
  try {
    if (code !== 0) return { restoreFailure: `${stderr}${stdout}`.slice(-3000), difference: undefined };
    const answer = await fetch(`${service.url}/${backup_id}/download`);
    const dump = new AdmZip(Buffer.from(await answer.arrayBuffer())).getEntries()[0]!.getData();
    const own = Buffer.from(dump.toString('latin1').replaceAll(`\`${database}\`.`, '`again`.'), 'latin1');
    return {
      restoreFailure: undefined,
      difference: firstDifference(own, await realDump(mariadb, 'again', '--dump-history')),
    };
  } finally {
    await mariadb.sql('drop database if exists again');
  }
}
