import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { codeOf } from '../errors.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { whyNotPlain } from '../files/plain-file.ts';
import type { PendingUpload, Spool } from './spool.ts';

/** Within the work folder. */
const FOLDER = 'refused';

/** So many are set aside. Further ones stay where they are, and fail in each run until someone checks. */
const MOST = 100;

/**
 * Takes a zip that the service will never accept out of the way of the next runs, with its manifest and a text that says why.
 * Nothing here is ever deleted but by a person.
 * @param why it was refused, and when, in whole sentences
 * @returns its new path; undefined when it could not be set aside, or so many are already that this can't be right
 */
export async function quarantineRefused(spool: Spool, fileName: string, why: string): Promise<string | undefined> {
  const folder = join(spool.folder, FOLDER);
  const path = join(folder, fileName);
  try {
    await makeFolder(folder);
    if ((await refusedZips(spool)).length >= MOST) return undefined;
    await writeFileAtomically(`${path}.txt`, noteFor(spool, path, fileName, why), 0o600);
    // First the copy: a zip without its manifest is worth less, and a manifest without its zip is swept.
    if ((await whyNotPlain(spool.manifestPathOf(fileName))) === undefined)
      await copyFile(spool.manifestPathOf(fileName), `${path}.json`).catch(unlessMissing);
    await rename(spool.pathOf(fileName), path);
  } catch {
    return undefined;
  }
  await rm(spool.manifestPathOf(fileName), { force: true }).catch(() => {});
  return path;
}

/** @returns the zips that were set aside since the service will never accept them, by name */
export async function refusedZips({ folder }: Pick<Spool, 'folder'>): Promise<PendingUpload[]> {
  const found: PendingUpload[] = [];
  for (const fileName of (await readdir(join(folder, FOLDER)).catch(() => [])).sort()) {
    const name = parseBackupName(fileName);
    if (typeof name === 'string') continue;
    const path = join(folder, FOLDER, fileName);
    const size = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    found.push({ database: name.database, takenAt: name.takenAt, fileName, path, size });
  }
  return found;
}

function noteFor(spool: Spool, path: string, fileName: string, why: string): string {
  return `${why}

${fileName} was made by sade backup and is whole, but it is stored nowhere else. Once you have done
something about the reason, let the next run send it again:

    mv ${shellWord(path)} ${shellWord(`${path}.json`)} ${shellWord(spool.folder)}

If you do not need it (a later backup of the database was stored):

    rm ${shellWord(path)} ${shellWord(`${path}.json`)} ${shellWord(`${path}.txt`)}
`;
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
