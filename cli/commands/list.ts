import { formatAge } from '../figures.ts';
import { table } from '../report.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import type { CommandContext } from './command.ts';

/** `sade list`: the databases that the service knows, each with its latest backup. @throws {ExplainedError} */
export async function list(options: Record<string, unknown>, { env, stdout, signal }: CommandContext): Promise<number> {
  const databases = await new Service(readServer(options, env), signal).databases();
  if (options.json) stdout.write(`${JSON.stringify(databases, null, 2)}\n`);
  else if (databases.length === 0) stdout.write('The service has no backups yet.\n');
  else {
    const now = new Date();
    const rows = databases.map(({ database_name, latest_backup: { id, file_name, timestamp } }) => [
      ...[database_name, `${timestamp} UTC`, formatAge(timestamp, now)],
      ...[id, file_name],
    ]);
    stdout.write(
      `${table(['database', 'latest backup', 'age', 'id', 'file'], rows, ['left', 'left', 'right', 'right', 'left'])}\n`,
    );
  }
  return 0;
}
