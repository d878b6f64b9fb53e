import { formatAge, formatState } from '../figures.ts';
import { table } from '../report.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import type { CommandContext } from './command.ts';

/** `sade history DATABASE`: every backup of one database, newest first. @throws {ExplainedError} */
export async function history(
  database: string,
  options: Record<string, unknown>,
  { env, stdout, signal }: CommandContext,
): Promise<number> {
  const { histories } = await new Service(readServer(options, env), signal).history(database);
  if (options.json) stdout.write(`${JSON.stringify(histories, null, 2)}\n`);
  else {
    const now = new Date();
    const rows = histories.map(({ id, file_name, timestamp, state }) => [
      id,
      `${timestamp} UTC`,
      formatAge(timestamp, now),
      formatState(state),
      file_name,
    ]);
    stdout.write(
      `${table(['id', 'taken', 'age', 'state', 'file'], rows, ['right', 'left', 'right', 'left', 'left'])}\n`,
    );
  }
  return 0;
}
