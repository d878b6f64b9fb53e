import type { Streams } from './removal/with-stores.ts';

type Run = (args: readonly string[], env: NodeJS.ProcessEnv, streams: Streams) => Promise<number>;

/** The commands that keep, remove, hand over and erase backups, and those of the retention: each is loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Run>>> = {
  ...Object.fromEntries(
    (['pin', 'unpin', 'hold', 'release', 'forget', 'take-back'] as const).map(name => [name, () => ofBackups(name)]),
  ),
  retention: async () => (await import('./retention/retention-command.ts')).runRetentionCommand,
  export: async () => (await import('./offboarding/client-command.ts')).runExport,
  erase: async () => (await import('./offboarding/client-command.ts')).runErase,
};

/** @returns what `node server/main.ts NAME …` runs, or undefined for any other name */
export async function backupCommand(name: string | undefined): Promise<Run | undefined> {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name]!() : undefined;
}

async function ofBackups(name: 'pin' | 'unpin' | 'hold' | 'release' | 'forget' | 'take-back'): Promise<Run> {
  const { runBackupCommand } = await import('./removal/backup-command.ts');
  return (...given) => runBackupCommand(name, ...given);
}
