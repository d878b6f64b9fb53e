import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isLoss, stateOf } from '../../../protocol/finding.ts';
import { accessFor } from '../../access/service-access.ts';
import { findClients } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { ExplainedError } from '../../errors.ts';
import { log } from '../../log.ts';
import { runPipeline } from '../../pipeline/pipeline.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import type { Outcome } from '../../report/outcome.ts';
import { Spool } from '../../spool/spool.ts';
import { MANIFEST } from '../../spool/spool-names.ts';
import { DEFAULT_LEVEL } from '../../zip/level.ts';
import type { SafetyBackup } from '../replace/replace-order.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreSettings } from '../target/wish-of.ts';

export interface SafetyOptions {
  readonly target: RestoreTarget;
  readonly settings: Pick<RestoreSettings, 'workDir' | 'access' | 'mysqldump' | 'mariadbDump' | 'force'>;
  /** Of this restore: a backup that runs meanwhile has the lock of the work folder itself. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Backs the present database up through the ordinary pipeline, before it is replaced. Where the service is gone, the zip waits in
 * the work folder for the next run.
 * @throws {ExplainedError} when there is no backup, or one that is not complete and not accepted by --force
 */
export async function safetyBackup(options: SafetyOptions): Promise<SafetyBackup> {
  const { target, settings, folder, signal } = options;
  const source = sourceOf(target);
  const spool = await Spool.open(join(folder, 'safety'));
  const clients = await findClients(settings, { signal });
  let outcome: Outcome | undefined;
  for await (outcome of runPipeline({
    ...{
      sources: [source],
      pendingUploads: [],
      clients,
      preflight: runPreflight,
      spool,
      signal,
      access: accessFor(settings.access, target.entry),
      tokens: new Map(),
    },
    ...{
      workers: { dump: 1, zip: 1, upload: 1 },
      dumpsPerHost: 1,
      level: DEFAULT_LEVEL,
      retries: 1,
      timeoutMs: DAY_MS,
    },
    progress: { onStart: () => {}, onProgress: () => {} },
    warn: message => log.warn(message),
  }));
  if (!outcome) throw new ExplainedError(`the backup of ${target.database} before the restore did not end`);
  return judged(outcome, options);
}

const DAY_MS = 24 * 3_600_000;

/** What is on a different server than that of the list has a history of its own. */
function sourceOf({ entry, server, database }: RestoreTarget): DatabaseSource {
  if (entry) return { ...entry, database, madeFor: 'restore' };
  const madeFor = 'restore';
  return { ...server, database, madeFor, label: [...`${database}@${server.label}`].slice(0, 64).join('') };
}

async function judged(outcome: Outcome, { target, settings }: SafetyOptions): Promise<SafetyBackup> {
  const { failure, backupId } = outcome;
  const kept = failure?.keptAt === undefined ? undefined : await intoWorkFolder(failure.keptAt, settings.workDir);
  if (failure && kept === undefined)
    throw new ExplainedError(
      `${target.database} is not replaced, since no backup of it could be made before: ${failure.message}`,
      { advice: failure.advice },
    );
  // What the database has lost since an earlier backup is why it is replaced.
  const found = outcome.findings.filter(({ code }) => !isLoss(code));
  if (stateOf(found) !== 'complete' && !settings.force) {
    const first = found.find(({ severity }) => severity !== 'warning');
    throw new ExplainedError(
      `${target.database} is not replaced, since the backup of it that was made before is not complete: ${first?.message ?? 'its state is not known'}`,
      { advice: `${first?.advice ?? ''} Or replace it anyway with --force.`.trim() },
    );
  }
  return {
    where:
      kept === undefined
        ? `backup ${backupId} of ${outcome.database}`
        : `the zip ${kept}, which the next sade backup delivers`,
  };
}

/** @returns where the zip is now: there the next run finds it */
async function intoWorkFolder(zip: string, workDir: string): Promise<string> {
  const target = join(workDir, basename(zip));
  await rename(`${zip}${MANIFEST}`, `${target}${MANIFEST}`);
  await rename(zip, target);
  return target;
}
