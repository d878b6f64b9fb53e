import { join } from 'node:path';
import type { RunReportJson } from '../../cli/report/run-report.ts';
import type { Sample } from '../case.ts';
import type { Scene, ServiceStand } from '../scene.ts';

const SADE = join(import.meta.dirname, '../../cli/sade');

/** Runs sade as cron would. @throws Error when a database is not backed up completely */
export async function backUp(
  scene: Scene,
  { service, meter }: ServiceStand,
  databases: readonly string[],
  more: readonly string[] = [],
): Promise<Sample> {
  const work = await scene.emptyFolder('sade');
  const fixed = ['--config', await scene.databasesJson(databases), '--work-dir', work, '--server', service.url];
  const servers = [await scene.mariadbMeter(), meter];
  const command = [SADE, 'backup', ...fixed, '--json', ...more];
  const { sample, stdout } = await scene.measure(command, { servers });
  const { outcomes } = JSON.parse(stdout) as RunReportJson;
  const complete = outcomes.filter(({ state }) => state === 'complete').length;
  if (complete !== databases.length) throw new Error(`only ${complete} of ${databases.length} backups are complete`);
  return sample;
}
