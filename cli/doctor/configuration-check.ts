import { type DatabaseSource, loadDatabases } from '../config.ts';
import { ConfigurationError } from '../problems.ts';
import { count } from '../terminal/format.ts';
import { type Checked, marker } from './check.ts';

export interface ConfigurationCheck extends Checked {
  /** Undefined when the list can't be used. */
  readonly sources?: readonly DatabaseSource[];
}

/** Reads the list of databases as a backup does: each mistake is a problem, each thing to mend a warning. */
export async function checkConfiguration(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ConfigurationCheck> {
  const { ok, warn, fail } = marker('configuration', path);
  try {
    const { sources, warnings } = await loadDatabases(path, env);
    const message = `is valid and lists ${count(sources.length, 'database')}`;
    return { sources, checks: [ok(message), ...warnings.map(warning => warn(warning))] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const prefix = `${path}: `;
    const mistakes = error.mistakes.map(mistake =>
      mistake.startsWith(prefix) ? mistake.slice(prefix.length) : mistake,
    );
    return { checks: mistakes.map(mistake => fail(mistake)) };
  }
}
