import {
  COMMANDS,
  COMMON,
  type CommandName,
  commandNames,
  describedCommand,
  type OptionsOf,
  VARIABLES,
} from './commands.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Environment, type OptionDescription, readOptions, type Typed } from './option.ts';

/** What the command line and the environment say of a backup run, validated. */
export type BackupSettings = OptionsOf<'backup'>;

/** What `sade doctor` takes beside what a backup does. */
export interface DoctorSettings extends BackupSettings {
  /** Path of the zip to write for a support ticket. */
  readonly bundle: string | undefined;
}

/** @throws {ConfigurationError} naming every mistake at once */
export function readBackupSettings(typed: Typed, env: Environment): BackupSettings {
  return readCommand('backup', typed, env);
}

/** Reads what a backup would take from the environment, too. @throws {ConfigurationError} naming every mistake at once */
export function readDoctorSettings(typed: Typed, env: Environment): DoctorSettings {
  const { bundle } = COMMANDS.doctor.options;
  return readOptions({ ...COMMANDS.backup.options, ...COMMON, bundle }, typed, env);
}

/** @throws {ConfigurationError} naming every mistake at once */
export function readCommand<Name extends CommandName>(name: Name, typed: Typed, env: Environment): OptionsOf<Name> {
  return readOptions({ ...COMMANDS[name].options, ...COMMON }, typed, env);
}

const PREFIX = 'SADE_';

/** @returns a warning for each variable that looks like a mistyped setting: nothing else would say that it has no effect */
export function mistypedVariables(env: Environment): string[] {
  const tables = [VARIABLES, ...commandNames().map(name => describedCommand(name).options)];
  const options = tables.flatMap((table): OptionDescription[] => Object.values(table));
  const known = new Set(options.flatMap(({ variable }) => variable ?? []));
  return Object.keys(env)
    .filter(name => name.startsWith(PREFIX) && !known.has(name))
    .flatMap(name => {
      // One that is like no setting may be meant for a placeholder in the list of databases.
      const guess = didYouMean(
        name.slice(PREFIX.length),
        [...known].map(variable => variable.slice(PREFIX.length)),
        PREFIX,
      );
      return guess ? [`the environment has ${name}, which is not a setting of sade${guess}`] : [];
    });
}
