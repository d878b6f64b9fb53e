import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { formatCount } from '../terminal/format.ts';
import type { ZippedDump } from '../unzip/zipped-dump.ts';
import type { Drilling } from './drill-backup.ts';
import type { DumpDifference } from './dump-again/compare-dumps.ts';
import { dumpAgain } from './dump-again/dump-again.ts';
import type { DrillServer } from './server/drill-server.ts';
import { CouldNotTest } from './steps/outcome-errors.ts';

/** Dumps the restored database again, and notes how that dump is beside the backup's. */
export async function compareAgain(
  { record, manifest, entry, clients, drillFolder, signal }: Drilling,
  { server, restored, zip }: { server: DrillServer; restored: DatabaseSource; zip: ZippedDump },
): Promise<void> {
  const again = await dumpAgain({
    restored: { ...restored, dumpOptions: entry?.dumpOptions ?? [] },
    isWithoutEventStates: server.kind === 'given',
    ...{ manifest, server, clients, folder: drillFolder, signal },
    backup: () => zip.read(),
  }).catch(error => {
    signal.throwIfAborted();
    if (!(error instanceof ExplainedError)) throw error;
    // On a server that was given, the definers of views may be missing.
    if (server.kind === 'given') return { result: 'not comparable', why: error.message } as const;
    throw new CouldNotTest(`it could not be dumped again: ${error.message}`, { cause: error, advice: error.advice });
  });
  if (again.result === 'not comparable') record.notTested.push(`a second dump, byte for byte: ${again.why}`);
  else record.dumpAgain = again.result;
  if (again.result === 'differs') record.differences.push(shown(again.difference));
}

function shown({ object, at, expected, found }: DumpDifference) {
  const isOfRows = expected === undefined && found === undefined;
  return {
    kind: 'second dump',
    object: object ?? null,
    expected: isOfRows ? `rows as at byte ${formatCount(at)} of the dump` : (expected ?? 'nothing'),
    found: isOfRows ? 'other rows' : (found ?? 'nothing'),
  };
}
