import { formatAge, formatState } from '../figures.ts';
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
    const rows = databases.map(({ database_name, latest_backup: { id, file_name, timestamp, state } }) => [
      ...[database_name, `${timestamp} UTC`, formatAge(timestamp, now)],
      ...[formatState(state), id, file_name],
    ]);
    const head = ['database', 'latest backup', 'age', 'state', 'id', 'file'];
    stdout.write(`${table(head, rows, ['left', 'left', 'right', 'left', 'right', 'left'])}\n`);
  }
  return 0;
}
