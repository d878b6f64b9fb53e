import { lstat, open } from 'node:fs/promises';
import AdmZip from 'adm-zip';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';

/** Called first, so that no one waits for checks whose bundle cannot be written. @throws {ConfigurationError} when the file is there already */
export async function refuseToOverwrite(path: string): Promise<void> {
  const isThere = await lstat(path).then(
    () => true,
    error => codeOf(error) !== 'ENOENT',
  );
  if (isThere) throw alreadyThere(path);
}

/**
 * Writes a small zip that only this user may read.
 * @param documents the texts by their names in it
 * @returns its size in bytes
 * @throws {ConfigurationError} when the file is there already or can't be written
 */
export async function writeBundle(path: string, documents: ReadonlyMap<string, string>): Promise<number> {
  const zip = new AdmZip();
  for (const [name, text] of documents) zip.addFile(name, Buffer.from(text));
  const bytes = zip.toBuffer();
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(bytes);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(path);
    throw new ConfigurationError([`The bundle ${path} can't be written: ${messageOf(error)}`], { cause: error });
  }
  return bytes.length;
}

function alreadyThere(path: string): ConfigurationError {
  return new ConfigurationError([`${path} exists already; name another file with --bundle`]);
}
