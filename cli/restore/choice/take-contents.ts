import type { DumpContents } from '../../dump-parser/dump-contents.ts';
import { InventoryScanner } from '../../dump-parser/inventory-scanner.ts';
import { ExplainedError } from '../../errors.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';

/**
 * Reads a dump once, to its end, where no manifest says what it holds, or needs.
 * @throws {ExplainedError} when the zip is damaged, or the dump is not whole; the signal's reason when aborted
 */
export async function takeContents(
  zip: ZippedDump,
  signal: AbortSignal,
): Promise<Pick<DumpContents, 'inventory' | 'needs'>> {
  const scanner = new InventoryScanner();
  for await (const piece of zip.read()) {
    signal.throwIfAborted();
    scanner.scan(piece);
  }
  const { inventory, needs, endsWithMarker, isBalanced } = scanner.end();
  if (endsWithMarker && isBalanced) return { inventory, needs };
  throw new ExplainedError(`the dump in ${zip.path} is not whole: its last line is not "-- Dump completed"`, {
    advice: 'It was cut off when it was made. Take another backup.',
  });
}
