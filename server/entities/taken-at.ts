import { parseBackupName } from '../../protocol/backup-name.ts';
import type { FileAddress } from '../storage/storage.ts';

/** @returns when the dump began, as the name of the file says */
export function takenAtOf({ fileName }: Pick<FileAddress, 'fileName'>): Date {
  const name = parseBackupName(fileName);
  if (typeof name === 'string') throw new Error(`${fileName} ${name}`);
  return name.takenAt;
}
