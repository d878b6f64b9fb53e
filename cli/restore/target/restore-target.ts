import { type DatabaseSource, loadDatabases, SHRINK_LIMIT_PERCENT } from '../../config/databases.ts';
import { loadTarget, type TargetsFile } from '../../config/targets.ts';
import { ConfigurationError } from '../../errors.ts';
import { hideInLog } from '../../log.ts';
import { addressOf } from '../../mysql/explain-connecting.ts';
import { didYouMean } from '../../options/did-you-mean.ts';
import { sourcesRedactor } from '../../secrets/source-redactor.ts';

/** The database into which a restore loads, and how its server is reached. */
export interface RestoreTarget {
  /** Of no database: what is restored may not be there yet. Its user is the one that restores. */
  readonly server: DatabaseSource;
  /** Host and port, or the socket. */
  readonly address: string;
  readonly database: string;
  /** The key that names its user, for advice. */
  readonly userKey: 'restore_username' | 'db_username';
  /** Its entry in the list of databases; undefined for a target of targets.json. */
  readonly entry: DatabaseSource | undefined;
  readonly warnings: readonly string[];
}

/** Takes the passwords of the user that restores and of the one that backs up out of what a server or a dump says. */
export function targetRedactor({ server, entry }: Pick<RestoreTarget, 'server' | 'entry'>) {
  return sourcesRedactor([server, ...(entry ? [entry] : [])]);
}

interface Named extends TargetsFile {
  /** The label of the database whose backup is restored. */
  readonly label: string;
  /** The name of the database that was dumped, where the backup says it. */
  readonly dumped: string | undefined;
  /** `--to` */
  readonly to: string | undefined;
  /** `--into` */
  readonly into: string | undefined;
}

/**
 * Finds the server and the database: those of the entry of the list of databases, or those that `--to` and `--into` name.
 * @throws {ConfigurationError} when they are not in the files, or these have mistakes
 */
export async function findTarget(
  named: Named,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RestoreTarget> {
  const found = named.to === undefined ? await fromList(named, env) : await fromTargets(named, named.to, env);
  hideInLog([found.server.password]);
  return { ...found, address: addressOf(found.server) };
}

async function fromList({ label, into, config }: Named, env: Readonly<Record<string, string | undefined>>) {
  const { sources, warnings } = await loadDatabases(config, env);
  const entry = sources.find(source => source.label.normalize('NFC') === label.normalize('NFC'));
  if (!entry)
    throw new ConfigurationError(
      [
        `${config} does not list ${label}${didYouMean(
          label,
          sources.map(({ label }) => label),
        )}`,
      ],
      {
        advice: `Name the server to restore to: --to NAME, which stands in targets.json. Or list ${label} in ${config}.`,
      },
    );
  const { user, password } = entry.restoreUser ?? entry;
  const problem = entry.restoreUser?.problem;
  if (problem)
    throw new ConfigurationError([`${config}: entry ${label}: ${problem.message}`], { advice: problem.advice });
  return {
    server: { ...entry, database: '', user, password },
    database: into ?? entry.database,
    userKey: entry.restoreUser ? ('restore_username' as const) : ('db_username' as const),
    entry,
    warnings,
  };
}

async function fromTargets(
  { label, dumped, into, ...file }: Named,
  to: string,
  env: Readonly<Record<string, string | undefined>>,
) {
  const { server, warnings } = await loadTarget(file, to, env);
  const unused = { dumpOptions: [], shrinkLimitPercent: SHRINK_LIMIT_PERCENT };
  return {
    server: { ...server, ...unused, label: to, database: '' },
    database: into ?? dumped ?? label,
    userKey: 'db_username' as const,
    entry: undefined,
    warnings,
  };
}
