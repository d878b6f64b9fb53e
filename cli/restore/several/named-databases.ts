import { type DatabaseSource, loadDatabases } from '../../config/databases.ts';
import { ConfigurationError } from '../../errors.ts';
import { addressOf } from '../../mysql/explain-connecting.ts';
import { isLoopback } from '../../mysql/same-machine.ts';
import type { OptionsOf } from '../../options/commands.ts';
import { didYouMean } from '../../options/did-you-mean.ts';
import type { Environment } from '../../options/option.ts';

type Options = OptionsOf<'restore'>;

/** @throws {ConfigurationError} naming each option that fits only one database */
export function refuseOptionsOfOne(names: readonly string[], options: Options): void {
  const { from, into, tables, toStdout, at, allOf } = options;
  const given = [
    [from !== undefined, '--from', 'a file is the backup of one database'],
    [into !== undefined, '--into', 'each is restored under its own name'],
    [tables !== undefined, '--tables', 'they are those of one database'],
    [toStdout, '--to-stdout', 'a dump is of one database'],
    [at.kind === 'id', '--at with an id', 'it is the backup of one database; a time is possible'],
  ] as const;
  const mistakes = given.flatMap(([isGiven, flag, why]) =>
    isGiven ? [`${flag} can't be given for several databases: ${why}`] : [],
  );
  if (allOf !== undefined && names.length > 0)
    mistakes.push(`--all-of can't be given together with the name of a database (${names[0]})`);
  if (mistakes.length > 0)
    throw new ConfigurationError(mistakes, {
      advice: 'Leave it out, or restore each database by a command of its own.',
    });
}

/**
 * @returns the labels of the databases to restore: those that were typed, or those of the server that `--all-of` names
 * @throws {ConfigurationError} when the list has mistakes, or no database of that server
 */
export async function labelsToRestore(
  names: readonly string[],
  { allOf, config }: Options,
  env: Environment,
): Promise<readonly string[]> {
  if (allOf === undefined) return names;
  const { sources } = await loadDatabases(config, env);
  const found = sources.filter(source => isOn(source, allOf));
  if (found.length > 0) return found.map(({ label }) => label);
  const hosts = [...new Set(sources.map(addressOf))];
  const wanted = addressOf({ host: allOf.host, port: allOf.port ?? 0 }).replace(/:0$/, '');
  throw new ConfigurationError([`${config} has no database of ${wanted}${didYouMean(wanted, hosts)}`], {
    advice: `Its servers are ${hosts.join(', ') || 'none: it is empty'}. Or name the databases: sade restore NAME NAME`,
  });
}

function isOn({ host, port, socket }: DatabaseSource, wanted: NonNullable<Options['allOf']>): boolean {
  if (socket !== undefined) return socket === wanted.host;
  const isHost = host !== undefined && machineNamed(host) === machineNamed(wanted.host);
  return isHost && (wanted.port === undefined || wanted.port === port);
}

/** In a bad night no one remembers whether the list says `localhost` or 127.0.0.1. */
function machineNamed(host: string): string {
  return isLoopback(host) ? 'localhost' : host.toLowerCase();
}
