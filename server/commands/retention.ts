import { openConfiguration } from '../configuration/reading/configuration-file.ts';
import { messageOf } from '../error-code.ts';
import { RETENTION_USAGE, runRetention } from '../retention/run-retention.ts';
import type { Streams } from './command.ts';
import { errorsTo, withStores } from './with-stores.ts';

/**
 * What `lumbung retention …` does, beside a service that may be running.
 * @param args behind `retention`
 * @returns the exit code: 0, or 1 when it could not be done
 */
export async function runRetentionCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    out.write(RETENTION_USAGE);
    return 0;
  }
  try {
    const log = errorsTo(err);
    // biome-ignore lint/complexity/useLiteralKeys: the name of a variable
    const configuration = await openConfiguration({ path: env['LUMBUNG_CONFIG'] || undefined, env, log });
    return await withStores(env, err, async ({ em, storage, audit }) => {
      const parts = { em, storage, configuration: configuration.current(), now: new Date(), log };
      await runRetention(args, { parts, audit, out });
      return 0;
    });
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}
