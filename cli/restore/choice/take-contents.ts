import type { FindingCode } from '../../../protocol/finding-codes.ts';
import type { DefinitionNeeds, Manifest } from '../../../protocol/manifest.ts';
import type { DumpContents } from '../../dump-parser/dump-contents.ts';
import { InventoryScanner } from '../../dump-parser/inventory-scanner.ts';
import { ExplainedError } from '../../errors.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';

/**
 * Reads a dump once, to its end, where no manifest says what it holds, or needs: as the server will that a restore sends it to.
 * @throws {ExplainedError} when the zip is damaged, or the dump is not whole; the signal's reason when aborted
 */
export async function takeContents(
  zip: ZippedDump,
  signal: AbortSignal,
): Promise<Pick<DumpContents, 'inventory' | 'needs'>> {
  const scanner = new InventoryScanner({ programs: 'as the server' });
  for await (const piece of zip.read()) {
    signal.throwIfAborted();
    scanner.scan(piece);
  }
  const { inventory, needs, endsWithMarker, isBalanced } = scanner.end();
  if (endsWithMarker && isBalanced) return { inventory, needs };
  throw new ExplainedError(`the dump in ${zip.path} is not whole: its last line is not "-- Dump completed"`, {
    advice: 'It was cut off when it was made. Use another backup.',
  });
}

/** @returns what the definitions need, where the manifest says all of it: older ones do not, and those of misread dumps may lack some */
export function knownNeeds(manifest: Manifest | undefined): DefinitionNeeds | undefined {
  if (!manifest || mayLackObjects(manifest)) return undefined;
  const { needs } = manifest.dump;
  return needs?.encrypted_tables && needs.foreign_keys ? needs : undefined;
}

/**
 * Where the mysql client misreads a definition, the inventory of the manifest lacks what the client does not see behind it. A restore
 * loads that anyway.
 */
export function mayLackObjects({ findings }: Pick<Manifest, 'findings'>): boolean {
  return findings.some(({ code }) => MISREAD.has(code));
}

const MISREAD: ReadonlySet<string> = new Set<FindingCode>([
  ...(['CLIENT_MISREADS_DEFINITION', 'BACKSLASH_READ_AS_COMMAND', 'WILL_NOT_LOAD'] as const),
]);
