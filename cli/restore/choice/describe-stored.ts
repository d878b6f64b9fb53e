import { parseReprDigest } from '../../../protocol/digest.ts';
import { byWeight } from '../../../protocol/finding.ts';
import { type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import type { BackupReport } from '../../../protocol/responses.ts';
import { ConfigurationError, ExplainedError } from '../../errors.ts';
import { commandLine } from '../../options/command-line.ts';
import { describeDrill, failedDrill } from '../../proof/proof.ts';
import type { Service } from '../../service/service.ts';
import { formatState } from '../../terminal/format.ts';
import { inLocalTime, toDate, withLocalTimes } from '../../terminal/local-time.ts';
import type { BackupToRestore } from './backup-to-restore.ts';

type Report = BackupReport['data'];

/**
 * Asks the service for all that a restore must know of one backup.
 * @param isNamed whether a person has named it by its id
 * @throws {ConfigurationError} when it is of another database, or was removed; {ExplainedError} of the service
 */
export async function describeStored(
  service: Service,
  { id, label, isNamed }: { id: number; label: string; isNamed: boolean },
): Promise<BackupToRestore> {
  const report = await service.report(String(id));
  if (report.database_name.normalize('NFC') !== label.normalize('NFC')) throw ofAnother(report, label);
  if (report.removal?.at) throw removed(report, report.removal.at);
  const manifest = manifestSchema.isValidSync(report.manifest) ? report.manifest : undefined;
  const sha256 = parseReprDigest(report.repr_digest);
  if (!sha256) throw new ExplainedError(`the service tells no digest of backup ${id}`);
  return {
    label: report.database_name,
    from: { id },
    fileName: report.file_name,
    takenAt: toDate(report.timestamp),
    state: report.state,
    zipBytes: report.size,
    dumpBytes: report.dump_size ?? manifest?.dump.size,
    zipSha256: sha256.toString('hex'),
    manifest,
    doubts: doubtsAbout(report),
    notes: notesOn(report, manifest, isNamed),
  };
}

function doubtsAbout({ state, damage, findings }: Report): string[] {
  if (state === 'complete') return [];
  if (state === 'damaged') return [`the stored file is damaged: ${damage ?? 'the service does not say how'}`];
  const worst = byWeight(findings).find(({ severity }) => severity === state);
  const why = worst ? `: ${withLocalTimes(worst.message)} (${worst.code})` : '';
  const more = findings.filter(({ severity }) => severity === state).length - 1;
  return [`it is ${formatState(state)}${why}${more > 0 ? `, and ${more} more` : ''}`];
}

function notesOn(report: Report, manifest: Manifest | undefined, isNamed: boolean): string[] {
  const { id, loss, findings } = report;
  const failed = failedDrill(report);
  const lost = loss && loss.status !== 'accepted' && isNamed ? [`it is SHRUNK: ${withLocalTimes(loss.message)}`] : [];
  const needed = findings.find(({ code }) => code === 'RESTORE_PREREQUISITE');
  return [
    ...lost,
    ...(manifest?.made_for === 'restore' ? [MADE_BEFORE_RESTORE] : []),
    ...(failed ? [describeDrill(failed)] : []),
    ...(needed ? [`before it loads: ${needed.advice ?? needed.message} (RESTORE_PREREQUISITE)`] : []),
    ...(manifest ? [] : [`no manifest that can be read came with it; ${commandLine('show', id, {})} shows more`]),
  ];
}

/** What a person should know before such a backup is restored. */
export const MADE_BEFORE_RESTORE = 'this backup was made before a restore: it holds what was replaced then';

function removed({ id, database_name, timestamp, removal }: Report, at: string): ConfigurationError {
  const who = `${removal?.by}: ${removal?.reason}`;
  return new ConfigurationError(
    [`backup ${id} of ${database_name} (${inLocalTime(timestamp)}) was removed on ${inLocalTime(at)} by ${who}`],
    { advice: `${commandLine('history', database_name, {})} shows those that are there.` },
  );
}

function ofAnother({ id, database_name, timestamp }: Report, label: string): ConfigurationError {
  return new ConfigurationError(
    [`backup ${id} (${inLocalTime(timestamp)}) is one of ${database_name}, not of ${label}`],
    { advice: `${commandLine('history', label, {})} shows those of ${label}.` },
  );
}
