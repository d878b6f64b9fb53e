import { restoredName } from '../../../protocol/database-name.ts';
import { commandLine, withValue } from '../../options/command-line.ts';

/** Which backup a command names: one that the service keeps, or a zip on this machine. */
export type NamedBackup = { readonly at: number } | { readonly from: string };

interface Further {
  /** As it was given: the next command asks the same service. */
  readonly server?: unknown;
  readonly options?: readonly string[];
}

/**
 * The one command that is proposed for a backup of which it is not known what is there now: it loads it into a database beside the
 * original. So it works where the original is gone, and where it is there and holds wrong data; and it replaces nothing.
 * @returns the command as it is typed into a shell; it shows its plan, and asks
 */
export function copyCommand(label: string, backup: NamedBackup, { server, options = [] }: Further = {}): string {
  const into = withValue('--into', restoredName(label));
  return commandLine('restore', label, { server, options: [...into, ...options, ...nameOf(backup)] });
}

/** @returns the command that puts a backup in place of what is there, if anything is; of that a backup is made before */
export function replaceCommand(label: string, backup: NamedBackup, { server, options = [] }: Further = {}): string {
  return commandLine('restore', label, { server, options: ['--replace', ...options, ...nameOf(backup)] });
}

/** Stands last: an id with the full stop of a sentence behind it is no id, but a database may be called so. */
function nameOf(backup: NamedBackup): string[] {
  return 'at' in backup ? ['--at', String(backup.at)] : withValue('--from', backup.from);
}
