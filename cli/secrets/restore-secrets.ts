import { knownSecrets, knownTargetSecrets } from './known-secrets.ts';
import { type Redactor, redactor } from './redactor.ts';

interface Files {
  /** The list of databases, and the servers to restore to. */
  readonly config: string;
  readonly targets: string;
}

/**
 * @param names that a person has to read, such as those of databases: one that is a password, too, stays
 * @returns what takes the passwords of both files out, of all sources and targets, also before the restore knows which ones it uses
 */
export async function restoreSecrets(
  { config, targets }: Files,
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Promise<Redactor> {
  const secrets = [...(await knownSecrets(config, env)), ...(await knownTargetSecrets(targets, env))];
  const known = new Set(names.map(name => name.toLowerCase()));
  return redactor(secrets.filter(secret => !known.has(secret.toLowerCase())));
}
