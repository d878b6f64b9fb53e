import { isKeyOf } from '../../protocol/texts/is-key-of.ts';
import type { BackupCommand } from './backups.ts';
import type { Command, RunCommand } from './command.ts';
import type { WatchCommand } from './watch.ts';

/** What can be done on the machine of the service, also while it runs: `lumbung NAME …`. In alphabetical order. */
export const COMMANDS = {
  alarms: {
    summary: 'lists the open alarms, and acknowledges one; alarms --help shows how',
    load: async () => (await import('./alarms.ts')).runAlarmsCommand,
  },
  config: {
    summary: 'config check FILE: shows all mistakes of a lumbung.yaml or, when it has none, its meaning',
    load: async () => (await import('./config.ts')).runConfigCommand,
  },
  erase: {
    summary: 'erases a client with its names, after a second confirmation; erase --help shows how',
    load: async () => (await import('./clients.ts')).runErase,
  },
  export: {
    summary: 'hands a client over as a folder; export --help shows how',
    load: async () => (await import('./clients.ts')).runExport,
  },
  forget: { summary: 'removes one backup on purpose; forget --help shows how', load: () => ofBackups('forget') },
  hold: { summary: 'keeps a backup for a legal reason; hold --help shows how', load: () => ofBackups('hold') },
  notify: {
    summary: 'lists and tries the channels of LUMBUNG_CONFIG; notify --help shows how',
    load: async () => (await import('./notify.ts')).runNotifyCommand,
  },
  pause: {
    summary: 'expects no backup of a database for a while; pause --help shows how',
    load: () => ofWatch('pause'),
  },
  pin: { summary: 'keeps a backup; pin --help shows how', load: () => ofBackups('pin') },
  rebuild: {
    summary: 'makes a lost history again from the stored files, while the service is stopped',
    load: async () => (await import('./rebuild.ts')).runRebuildCommand,
  },
  release: { summary: 'ends a hold; release --help shows how', load: () => ofBackups('release') },
  resume: { summary: 'ends a pause, or a retirement; resume --help shows how', load: () => ofWatch('resume') },
  retention: {
    summary: 'shows what the retention would remove, and removes it; retention --help shows how',
    load: async () => (await import('./retention.ts')).runRetentionCommand,
  },
  retire: {
    summary: 'expects no backup of a database any more; retire --help shows how',
    load: () => ofWatch('retire'),
  },
  'take-back': {
    summary: 'keeps a backup that was to be removed; take-back --help shows how',
    load: () => ofBackups('take-back'),
  },
  token: {
    summary: 'makes, lists, revokes and rotates tokens; token --help shows how',
    load: async () => (await import('./token.ts')).runTokenCommand,
  },
  unpin: { summary: 'ends a pin; unpin --help shows how', load: () => ofBackups('unpin') },
} as const satisfies Record<string, Command>;

/** @returns the command of that name; undefined for any other name */
export function findCommand(name: string): Command | undefined {
  return isKeyOf(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** @returns the error for arguments that are no command */
export function unknownArguments(args: readonly string[]): Error {
  return new Error(
    `Unknown arguments "${args.join(' ')}". No argument runs the service, --help shows the usage, and the commands are ${Object.keys(COMMANDS).join(', ')}.`,
  );
}

async function ofBackups(name: BackupCommand): Promise<RunCommand> {
  const { runBackupCommand } = await import('./backups.ts');
  return (...given) => runBackupCommand(name, ...given);
}

async function ofWatch(name: WatchCommand): Promise<RunCommand> {
  const { runWatchCommand } = await import('./watch.ts');
  return (...given) => runWatchCommand(name, ...given);
}
