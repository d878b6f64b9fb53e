import { type Finding, type FindingList, finding } from '../../protocol/finding.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import type { DumpFacts } from './check-content.ts';
import { compareInventories } from './compare-inventories.ts';
import { clockFindings, type Times } from './sort-time.ts';

interface Evidence {
  /** What the client says of the backup, if it says anything. */
  readonly manifest: Manifest | undefined;
  /** What the service saw of the dump; undefined when it was told not to look. */
  readonly dump: DumpFacts | undefined;
  /** What the last complete backup of the same database said, if there is one. */
  readonly lastComplete: Manifest | undefined;
  readonly times: Times;
}

/** @returns all that was noticed of a backup: what the client noticed, and what the service did */
export function judgeBackup({ manifest, dump, lastComplete, times }: Evidence): NonNullable<FindingList> {
  const findings: NonNullable<FindingList> = [...(manifest?.findings ?? [])];
  if (!manifest)
    findings.push(finding('NO_MANIFEST', 'it came without a manifest: nobody says what it should hold', SADE));
  if (!dump) findings.push(finding('NOT_VERIFIED', 'the service was told not to read it', VERIFY));
  if (dump && !dump.hasEndMarker)
    findings.push(finding('END_MARKER_MISSING', 'the last line of the dump is no "-- Dump completed"', CUT_OFF));
  if (manifest && lastComplete) findings.push(...compareInventories(manifest, lastComplete).filter(isNews(manifest)));
  findings.push(...clockFindings(times));
  return findings;
}

/** Where the user may not see the tables, it goes without saying that there are fewer of them, and fewer rows. */
function isNews({ findings }: Manifest): (found: Finding) => boolean {
  const isBlind = findings.some(({ code }) => code === 'TABLES_NOT_GRANTED');
  return ({ code }) => !isBlind || code === 'OBJECTS_GONE';
}

const SADE = 'Send it with sade, or with a manifest of your own.';
const VERIFY = 'Start the service with VERIFY_UPLOADS=on.';
const CUT_OFF = 'The dump was cut off, or made by another program or with --skip-comments. Make it again.';
