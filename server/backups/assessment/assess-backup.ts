import { type BackupState, type Finding, type FindingList, finding, stateOf } from '../../../protocol/finding.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import { compareInventories } from '../losses/compare-inventories.ts';
import type { Reference } from '../losses/find-reference.ts';
import { shrunkAdvice } from '../losses/loss.ts';
import type { ContentFacts } from './content-facts.ts';
import { clockFindings, type Times } from './sort-time.ts';

interface Evidence {
  /** What the client says of the backup, if it says anything. */
  readonly manifest: Manifest | undefined;
  /** What the service found in the dump; undefined with `VERIFY_UPLOADS=off`. */
  readonly dump: ContentFacts | undefined;
  /** What it is compared with, if there is anything. */
  readonly reference: Reference | undefined;
  readonly times: Times;
}

/** What a backup is worth. */
interface Assessment {
  readonly state: BackupState;
  /** The client's, as the manifest has them, and then the service's. */
  readonly findings: NonNullable<FindingList>;
  /** Of a complete backup that lost something: the name of the zip that still has it. */
  readonly shrunkFrom: string | null;
}

/** @returns the state that follows from all findings: the client's and the service's */
export function assessBackup({ manifest, dump, reference, times }: Evidence): Assessment {
  const told = manifest?.findings ?? [];
  const noticed = serviceFindings({ manifest, dump, reference, times });
  const state = stateOf([...told, ...noticed]);
  const isComplete = state === 'complete';
  // What to do about a loss depends on all the others.
  const advised = noticed.map(found =>
    found.code === 'SHRUNK' ? { ...found, advice: shrunkAdvice(manifest!.database, reference!.id, isComplete) } : found,
  );
  const hasLoss = isComplete && noticed.some(({ code }) => code === 'SHRUNK');
  return { state, findings: [...told, ...advised], shrunkFrom: hasLoss ? reference!.fileName : null };
}

function serviceFindings({ manifest, dump, reference, times }: Evidence): Finding[] {
  const findings: Finding[] = [];
  if (!manifest)
    findings.push(finding('NO_MANIFEST', 'it came without a manifest: it is not known what it should contain', SADE));
  if (!dump) findings.push(finding('NOT_VERIFIED', 'the service did not read the dump (VERIFY_UPLOADS=off)', VERIFY));
  if (dump && !dump.hasEndMarker)
    findings.push(finding('END_MARKER_MISSING', 'the dump does not end with the line "-- Dump completed"', CUT_OFF));
  if (manifest && reference) findings.push(...compareInventories(manifest, reference));
  return [...findings, ...clockFindings(times)];
}

const SADE = 'Upload it with sade, or send a manifest with it.';
const VERIFY = 'Start the service with VERIFY_UPLOADS=on.';
const CUT_OFF = 'The dump was cut off, or it was made by another program or with --skip-comments. Make the dump again.';
