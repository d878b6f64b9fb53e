import { firstNames } from '../../../protocol/first-names.ts';
import { type DatabaseSource, loadDatabases } from '../../config/databases.ts';
import { ConfigurationError } from '../../errors.ts';
import { mistypedVariables } from '../../options/settings.ts';
import { count } from '../../terminal/format.ts';
import { type Checked, checkReporter } from './check.ts';

export interface ConfigurationCheck extends Checked {
  /** Undefined when the list can't be used. */
  readonly sources?: readonly DatabaseSource[];
}

/** Reads the list of databases as a backup does: each mistake is a problem, each thing to fix a warning. */
export async function checkConfiguration(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ConfigurationCheck> {
  const { ok, warn, fail } = checkReporter('configuration', path);
  try {
    const { sources, warnings } = await loadDatabases(path, env);
    const message = `is valid and lists ${count(sources.length, 'database')}`;
    const all = [...warnings, ...mistypedVariables(env)];
    const unread = unreadPasswords(sources).map(([why, advice]) => warn(why, advice));
    return { sources, checks: [ok(message), ...all.map(warning => warn(withoutPath(warning, path))), ...unread] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { checks: error.mistakes.map(mistake => fail(withoutPath(mistake, path), error.advice)) };
  }
}

/** @returns the files with passwords of users that restore which can't be read, each once, with what to do */
function unreadPasswords(sources: readonly DatabaseSource[]): [why: string, advice: string][] {
  const found = new Map<string, { labels: string[]; advice: string }>();
  for (const { label, restoreUser } of sources) {
    if (!restoreUser?.problem) continue;
    const { message, advice } = restoreUser.problem;
    const same = found.get(message) ?? { labels: [], advice };
    same.labels.push(label);
    found.set(message, same);
  }
  return [...found].map(([message, { labels, advice }]) => [
    `${message}; so ${firstNames(labels)} can't be restored. Backups do not need it`,
    advice,
  ]);
}

/** The path stands before each check already. */
function withoutPath(message: string, path: string): string {
  if (!message.startsWith(path)) return message;
  const rest = message.slice(path.length);
  return /^:? /.test(rest) ? rest.replace(/^:? /, '') : message;
}
