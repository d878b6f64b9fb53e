import { formatBytes } from '../../protocol/format-bytes.ts';
import { messageOf, type SharedCause } from '../errors.ts';
import type { Spool } from '../spool/spool.ts';
import { count } from '../terminal/format.ts';

interface FullDiskFacts {
  readonly folder: string;
  /** What dump and zip may take together, in bytes; undefined where that is not known. */
  readonly neededBytes: number | undefined;
  /** What was free before the dump began, in bytes; undefined where that is not known. */
  readonly freeBytes: number | undefined;
  /** Zips that wait there for the service. */
  readonly waiting: { readonly zips: number; readonly bytes: number };
}

/**
 * @param error what failed because the disk is full
 * @returns what was needed and what was free, where, what to do, and what the failures of all such databases have in common
 */
export function explainFullDisk(
  error: unknown,
  { folder, neededBytes, freeBytes, waiting }: FullDiskFacts,
): { message: string; advice: string; cause: SharedCause } {
  const free = freeBytes === undefined ? '' : `${formatBytes(freeBytes)} free`;
  const needed = neededBytes ? `about ${formatBytes(neededBytes)} needed for dump and zip` : '';
  const figures = [needed, free].filter(Boolean).join(', ');
  const advice = `Make room in ${folder}, or choose a folder on a larger disk with --work-dir.`;
  const [wait, take] = waiting.zips === 1 ? ['waits', 'takes'] : ['wait', 'take'];
  const zips = `${count(waiting.zips, 'zip')} that ${wait} for the service ${take} ${formatBytes(waiting.bytes)} there`;
  return {
    message: `no room left in the work folder ${folder}${figures && ` (${figures})`}: ${messageOf(error)}`,
    advice:
      waiting.zips === 0
        ? advice
        : `${zips}: check that the service can be reached, and run sade backup again, which delivers them first. ${advice}`,
    cause: { where: folder, why: free === '' ? 'is full' : `is full (${free})` },
  };
}

/** @param seen what was known of the room for the dump when it began */
export async function fullDiskFacts(
  spool: Spool,
  seen: { readonly bytesInAll: number; readonly freeBefore: number } | undefined,
): Promise<FullDiskFacts> {
  // How much waits there explains the failure; that it can't be found out must not hide it.
  const zips = await spool.pendingUploads().catch(() => []);
  return {
    folder: spool.folder,
    neededBytes: seen?.bytesInAll,
    freeBytes: seen && Number.isFinite(seen.freeBefore) ? seen.freeBefore : undefined,
    waiting: { zips: zips.length, bytes: zips.reduce((sum, { size }) => sum + size, 0) },
  };
}
