import { shellCommand } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError } from '../errors.ts';

/**
 * Refuses what is no id of a backup.
 * @param given what was typed where an id belongs
 * @throws {ConfigurationError} saying which command shows the ids
 */
export function requireBackupId(given: string): void {
  if (/^[1-9]\d*$/.test(given)) return;
  const isName = /^[\w$-]+$/.test(given) && /[a-z]/i.test(given);
  const advice = isName
    ? `${shellCommand('sade history', given)} shows the ids of that database`
    : 'sade list and sade history show them';
  throw new ConfigurationError([`${JSON.stringify(given)} is not the id of a backup: an id is a number; ${advice}`]);
}
