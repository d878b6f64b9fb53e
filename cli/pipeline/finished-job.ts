import type { Finding } from '../../protocol/finding.ts';
import type { Outcome } from '../report/outcome.ts';
import type { BackupJob, FinishedJob, ZippedBackup } from './jobs.ts';

/** @returns what travels on to the end of the pipeline, with the time that it has taken since its beginning */
export function finishJob(backup: BackupJob, rest: Pick<Outcome, 'state'> & Partial<Outcome>): FinishedJob {
  const { database, fileName, isLeftover, startedAt, findings } = backup;
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  return { kind: 'finished', outcome: { database, fileName, isLeftover, startedAt, seconds, findings, ...rest } };
}

/** @returns what an outcome reports about a zip, as far as it is known */
export function contentsOf({ zipBytes, dumpBytes, manifest }: ZippedBackup): Partial<Outcome> {
  const size = dumpBytes ?? manifest?.dump.size;
  return {
    zipBytes,
    ...(size !== undefined && { dumpBytes: size }),
    ...(manifest && {
      findings: manifest.findings as Finding[],
      tables: manifest.inventory.tables.length,
      rows: manifest.dump.rows,
      ...(manifest.rehearsal && { rehearsal: manifest.rehearsal }),
    }),
  };
}
