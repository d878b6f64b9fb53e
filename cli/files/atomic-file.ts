import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatBytes } from '../../protocol/format-bytes.ts';

/**
 * Puts a text in a file so that a reader, a crash or a full disk sees the old one or the new one, never half of one. A link of
 * that name is replaced and not followed.
 * @param path beside it a `.part` is written first; two at once must not write the same file
 * @param mode such as 0o600
 * @throws what the system says; the file is as it was then
 */
export async function writeFileAtomically(path: string, text: string, mode: number): Promise<void> {
  const part = `${path}.part`;
  // What a crash has left, or someone has put there.
  await rm(part, { force: true });
  try {
    await writeAndFlush(part, text, mode);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
  await flushFolder(dirname(path));
}

async function writeAndFlush(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.writeFile(text);
  await file.sync();
}

async function flushFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/**
 * Reads a text file that must be a plain one: what follows a link, or waits for a writer, is not ours.
 * @param maxBytes more than that is not read
 * @throws what the system says, or why it is not read
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(explain);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error('it is not a plain file');
  if (stats.size > maxBytes) throw new Error(`it is larger than ${formatBytes(maxBytes)}`);
  return file.readFile('utf8');
}

function explain(error: NodeJS.ErrnoException): never {
  throw error.code === 'ELOOP' ? new Error('it is a link', { cause: error }) : error;
}
