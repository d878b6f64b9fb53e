import { findTargets, type TargetsFile } from '../config/targets.ts';
import { knownSecrets, knownTargetSecrets } from './known-secrets.ts';
import { type Redactor, redactor } from './redactor.ts';

/**
 * @param files the list of databases, and the servers to restore to
 * @param names that a person has to read, such as those of databases: one that is a password, too, stays
 * @returns what takes the passwords of both files out, of all sources and targets, also before the restore knows which ones it uses
 */
export async function restoreSecrets(
  files: TargetsFile,
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Promise<Redactor> {
  const targets = await findTargets(files);
  const ofTargets = targets === undefined ? [] : await knownTargetSecrets(targets, env);
  const secrets = [...(await knownSecrets(files.config, env)), ...ofTargets];
  const known = new Set(names.map(name => name.toLowerCase()));
  return redactor(secrets.filter(secret => !known.has(secret.toLowerCase())));
}
