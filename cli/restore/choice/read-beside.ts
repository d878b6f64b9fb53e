import { type ForeignFinding, findingList } from '../../../protocol/finding.ts';
import { currentManifest, type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { readPlainFile } from '../../files/atomic-file.ts';

/** What stands beside a zip on this machine. */
export interface Beside {
  readonly manifest: Manifest;
  readonly state: 'complete' | 'incomplete' | 'unverified';
  readonly findings: readonly ForeignFinding[];
}

/** A manifest has 8 MiB at most; the record of the service has it once more, with its findings. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Reads what stands beside a zip: in a work folder its manifest, in the storage of the service a record that has the manifest in it.
 * @returns undefined where nothing there can be read
 */
export async function readBeside(path: string): Promise<Beside | undefined> {
  try {
    const document: unknown = JSON.parse(await readPlainFile(path, MAX_BYTES));
    return ofRecord(document) ?? ofManifest(document);
  } catch {
    return undefined;
  }
}

/** docs/reference/formats.md, "The record". */
function ofRecord(document: unknown): Beside | undefined {
  if (!isObject(document) || !('record_version' in document)) return undefined;
  const { state, findings, manifest } = document;
  if (state !== 'complete' && state !== 'incomplete' && state !== 'unverified') return undefined;
  const inside = ofManifest(manifest);
  const found = findingList.isValidSync(findings) ? (findings ?? []) : [];
  return inside && { ...inside, state, findings: found };
}

function ofManifest(document: unknown): Beside | undefined {
  if (!manifestSchema.isValidSync(document, { strict: true })) return undefined;
  const manifest = currentManifest(manifestSchema.cast(document));
  return { manifest, state: manifest.state, findings: manifest.findings ?? [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
