import { type Finding, finding } from '../../protocol/finding.ts';
import { formatBytes } from '../../protocol/format-bytes.ts';
import { MAX_MANIFEST_BYTES, type Manifest, OBJECT_KINDS } from '../../protocol/manifest.ts';
import type { UploadReceipt } from '../../protocol/responses.ts';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { formatCount } from '../terminal/format.ts';

/** @returns what a zip whose manifest could not be sent along is found to be worth, with the findings that did not travel with it */
export function manifestTooLarge({ inventory, findings }: Manifest): Finding[] {
  const objects = OBJECT_KINDS.reduce((sum, kind) => sum + inventory[kind].length, 0);
  return [
    finding(
      'MANIFEST_TOO_LARGE',
      `the database has so many objects (${formatCount(objects)}) that its manifest is larger than ${formatBytes(MAX_MANIFEST_BYTES)}: the zip was stored without it`,
      'The zip has the whole dump, but the service does not know what it should contain, and compares nothing with it. Split the database, or leave tables out with dump_options.',
    ),
    ...(findings as Finding[]),
  ];
}

/** @returns what a zip that was delivered and is still in the work folder deserves to have said of it */
export function zipNotRemoved(path: string, why: string): Finding {
  const advice = `The service has stored it, and it is not sent again. Remove it: rm ${shellWord(path)}`;
  return finding('ZIP_NOT_REMOVED', `the zip was delivered and can't be removed from the work folder: ${why}`, advice);
}

/** @returns what a backup deserves that the service does not report as complete without a finding that says why */
export function reasonMissing({ id, state, findings }: UploadReceipt['data']): Finding[] {
  if (state === 'complete' || findings.some(({ severity }) => severity !== 'warning')) return [];
  return [
    finding(
      'NO_REASON_GIVEN',
      `the service reports the backup as ${state}, and gives no reason`,
      `Check that --server is Lumbung's service and of the same version as sade, and check its log. sade show ${id} shows what it knows of the backup. Then run the backup again.`,
    ),
  ];
}
