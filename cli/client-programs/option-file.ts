import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Opens the option file that hands the password to the client, which reads it as `/dev/fd/N`. Its name is removed before
 * anything is written, so that no password ever stands in a file that can be found.
 * @param folder a private one
 * @returns the open file; the caller closes it
 */
export async function openOptionFile(folder: string, password: string): Promise<FileHandle> {
  const path = join(folder, `.options-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    await file.write(formatOptionFile(password), 0);
    return file;
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/**
 * @returns the text of an option file; the password is quoted, so that `#` begins no comment, and escaped as the MySQL
 * manual says under "Using Option Files"
 */
export function formatOptionFile(password: string): string {
  return `[client]\npassword="${escaped(password)}"\n`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n\r\t\b]/g, character => ESCAPES[character]!);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
};
