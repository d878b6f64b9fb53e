import type { Inventory } from '../../../protocol/manifest.ts';
import { InventoryScanner } from '../../dump-parser/inventory-scanner.ts';
import { ExplainedError } from '../../errors.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';

/**
 * Reads a dump once, to its end, where no manifest says what it holds: for the comparison afterwards.
 * @throws {ExplainedError} when the zip is damaged, or the dump is not whole; the signal's reason when aborted
 */
export async function takeInventory(zip: ZippedDump, signal: AbortSignal): Promise<Inventory> {
  const scanner = new InventoryScanner();
  for await (const piece of zip.read()) {
    signal.throwIfAborted();
    scanner.scan(piece);
  }
  const { inventory, endsWithMarker, isBalanced } = scanner.end();
  if (endsWithMarker && isBalanced) return inventory;
  throw new ExplainedError(`the dump in ${zip.path} is not whole: its last line is not "-- Dump completed"`, {
    advice: 'It was cut off when it was made. Take another backup.',
  });
}
