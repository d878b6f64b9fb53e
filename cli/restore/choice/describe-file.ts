import { basename } from 'node:path';
import { parseBackupName } from '../../../protocol/backup-name.ts';
import { fileDigest } from '../../files/file-digest.ts';
import { formatBytes } from '../../terminal/format.ts';
import { printableInLine } from '../../terminal/printable.ts';
import { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { BackupToRestore } from './backup-to-restore.ts';
import { MADE_BEFORE_RESTORE } from './describe-stored.ts';
import { type Beside, readBeside } from './read-beside.ts';

/**
 * Finds out what a zip on this machine is, by its headers, its name, and the manifest or the record beside it (`X.sql.zip.json`),
 * without asking any service.
 * @param label which database was named
 * @throws {ExplainedError} when it can't be read, or is no zip with one dump
 */
export async function describeFile(
  path: string,
  { label, signal }: { readonly label: string; readonly signal: AbortSignal },
): Promise<BackupToRestore> {
  await using zip = await ZippedDump.open(path);
  const beside = await readBeside(`${path}.json`);
  const sha256 = (await fileDigest(path, signal)).toString('hex');
  const { manifest, state } = beside ?? {};
  const name = nameOf([manifest?.file_name, basename(path), `${zip.entryName}.zip`]);
  const isOther = manifest && (manifest.zip.sha256 !== sha256 || manifest.zip.size !== zip.zipBytes);
  const known = isOther ? undefined : manifest;
  return {
    label: known?.database ?? name?.database ?? label,
    from: { path },
    fileName: name?.fileName ?? basename(path),
    takenAt: known ? new Date(known.started_at) : name?.takenAt,
    state: isOther ? 'damaged' : state,
    zipBytes: zip.zipBytes,
    dumpBytes: zip.dumpBytes,
    zipSha256: sha256,
    manifest: known,
    doubts: isOther ? [changed(manifest.zip.size, zip.zipBytes)] : doubtsAbout(beside),
    notes: [
      ...(known?.made_for === 'restore' ? [MADE_BEFORE_RESTORE] : []),
      ...notesOn(path, beside, { label, found: known?.database ?? name?.database }),
    ],
  };
}

/** A copy may have a different name than the backup was given. */
function nameOf(names: readonly (string | undefined)[]) {
  return names
    .map(name => (name === undefined ? '' : parseBackupName(name)))
    .find(parsed => typeof parsed !== 'string');
}

function changed(told: number, size: number): string {
  const how = told === size ? 'its SHA-256 is another' : `it has ${formatBytes(size)} instead of ${formatBytes(told)}`;
  return `the file is not the one that the manifest beside it describes: ${how}`;
}

function doubtsAbout(beside: Beside | undefined): string[] {
  if (!beside || beside.state === 'complete') return [];
  const worst = beside.findings.find(({ severity }) => severity === beside.state);
  return [`it is ${beside.state.toUpperCase()}${worst ? `: ${worst.message} (${worst.code})` : ''}`];
}

function notesOn(
  path: string,
  beside: Beside | undefined,
  { label, found }: { label: string; found?: string | undefined },
) {
  const needed = beside?.findings.find(({ code }) => code === 'RESTORE_PREREQUISITE');
  const lost = beside?.findings.find(({ code }) => code === 'SHRUNK');
  return [
    ...(found !== undefined && found.normalize('NFC') !== label.normalize('NFC')
      ? [`the file is a backup of ${printableInLine(found)}, not of ${printableInLine(label)}`]
      : []),
    ...(beside
      ? []
      : [`no manifest lies beside it (${printableInLine(basename(path))}.json): what it holds is read from the dump`]),
    ...(lost ? [`it is SHRUNK: ${lost.message}`] : []),
    ...(needed ? [`before it loads: ${needed.advice ?? needed.message} (RESTORE_PREREQUISITE)`] : []),
  ];
}
