import process from 'node:process';
import type { Logger } from 'pino';
import { openAudit } from '../audit/open-audit.ts';
import { catchUpRows } from '../backups/recovery/catch-up-rows.ts';
import { rebuildHistory } from '../backups/recovery/rebuild.ts';
import { type Config, loadConfig } from '../config.ts';
import type { Orm } from '../history/orm.ts';
import { createLog } from '../log.ts';
import { rebuildReports } from '../reports/rebuild-reports.ts';
import { refuseNewStorage } from '../start/refuse-new-history.ts';
import { giveUpHistory, openStores } from '../start/stores.ts';
import { TokenStore } from '../tokens/token-store.ts';
import { unknownArguments } from './commands.ts';

/** @throws Error of one line that says what to do */
export async function runRebuildCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (args.length > 0) throw unknownArguments(['rebuild', ...args]);
  const config = loadConfig(env);
  await refuseNewStorage(config);
  const log = await createLog({ isTerminal: process.stdout.isTTY });
  log.level = config.logLevel;
  return runRebuild(config, log);
}

/**
 * What `lumbung rebuild` does: makes the rows that the history lacks, from the stored files, and completes those of an older copy. Ends with a line of counts.
 * @returns the exit code: 0, or 1 when some file could not be taken in
 * @throws Error of one line that says what to do; nothing is left open then
 */
export async function runRebuild(config: Config, log: Logger): Promise<number> {
  const { history, storage, release } = await openStores(config, log);
  try {
    const { verifyUploads } = config;
    const rebuilding = { em: history.em.fork(), storage, log, verifyUploads };
    const [caughtUp, rebuilt, reports] = await rebuildAll(rebuilding, history).catch(async error => {
      await giveUpHistory(history);
      throw error;
    });
    await recordRebuild(config, { history, log }, { backups: { ...rebuilt, caughtUp }, reports });
    await history.close();
    const { fromRecord, renumbered, fromZip, removed, gone, failed } = rebuilt;
    log.info(
      {
        from_record: fromRecord,
        renumbered,
        from_zip: fromZip,
        removed,
        gone,
        failed,
        caught_up: caughtUp,
        reports: reports.added,
      },
      `Added ${fromRecord + renumbered + fromZip} backups to the history: ${fromRecord} from their records, ${renumbered} from their records with a new id, ${fromZip} by reading their zips. ${removed} of them were removed before, and stay so. The zips of ${gone} are missing. ${failed} files could not be added. ${caughtUp} backups that the history knew got the pins, accepted losses and removals that only their records had. Added ${reports.added} reports of drills and restores; ${reports.failed} could not be added. Damage that was known before is not in the history: let a scrub read all files (docs/how-to/scrub-stored-files.md).`,
    );
    return failed + reports.failed > 0 ? 1 : 0;
  } finally {
    release();
  }
}

/** So that a trail that starts again shows why. */
async function recordRebuild(config: Config, parts: { history: Orm; log: Logger }, detail: Record<string, object>) {
  const audit = await openAudit({ ...parts, path: config.auditLogFile });
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  await audit.record({ actor, action: 'rebuild', detail, result: 'done' });
  await audit.stop();
}

/** Reports are of backups, which come first. */
async function rebuildAll(rebuilding: Parameters<typeof rebuildHistory>[0], history: Orm) {
  await new TokenStore({ history, storage: rebuilding.storage }).sync();
  const caughtUp = await catchUpRows(rebuilding);
  return [caughtUp, await rebuildHistory(rebuilding), await rebuildReports(rebuilding)] as const;
}
