import { formatAge } from '../figures.ts';
import { describeLoss, formatStateAndLoss } from '../losses.ts';
import { printable, table } from '../report.ts';
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
    const rows = databases.map(({ database_name, latest_backup, unaccepted_loss }) => {
      const { id, file_name, timestamp, state, loss } = latest_backup;
      const shown = formatStateAndLoss(state, unaccepted_loss ? 'unaccepted' : loss);
      return [database_name, `${timestamp} UTC`, formatAge(timestamp, now), shown, id, file_name];
    });
    const head = ['database', 'latest backup', 'age', 'state', 'id', 'file'];
    stdout.write(`${table(head, rows, ['left', 'left', 'right', 'left', 'right', 'left'])}\n`);
    for (const { database_name, unaccepted_loss } of databases)
      if (unaccepted_loss)
        stdout.write(printable(`\n${[database_name, ...describeLoss(unaccepted_loss, '  ')].join('\n')}\n`));
  }
  return 0;
}
