import type { DatabaseSource } from '../config.ts';
import { connect } from '../preflight/connect.ts';

/**
 * Makes sure that the server offers TLS. MariaDB's client falls back to clear text in silence where it is not, whatever
 * `--ssl` says, so "require" has to be checked and not only asked for.
 * @throws {ExplainedError} when the server has no TLS or can't be reached with it; the signal's reason when aborted
 */
export async function requireTls(
  source: DatabaseSource,
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  if (source.socket) return;
  using _session = await connect({ ...source, ssl: 'require' }, { signal });
}
