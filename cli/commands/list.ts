import { describeFound, describeLoss, type FoundLoss, formatStateAndLoss, lossOfIncomplete } from '../losses.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import { formatAge } from '../terminal/format.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import type { CommandContext } from './command.ts';

/** `sade list`: the databases that the service knows, each with its latest backup. @throws {ExplainedError} */
export async function list(options: Record<string, unknown>, { env, stdout, signal }: CommandContext): Promise<number> {
  const service = new Service(readServer(options, env), signal);
  const databases = await service.databases();
  if (options.json) stdout.write(`${printableJson(databases)}\n`);
  else if (databases.length === 0) stdout.write('The service has no backups yet.\n');
  else {
    const found = new Map<string, FoundLoss>();
    for (const { database_name, latest_backup } of databases) {
      const loss = await lossOfIncomplete(latest_backup, id => service.report(id));
      if (loss) found.set(database_name, loss);
    }
    const now = new Date();
    const rows = databases.map(({ database_name, latest_backup, unaccepted_loss }) => {
      const { id, file_name, timestamp, state, loss } = latest_backup;
      const shown = formatStateAndLoss(state, unaccepted_loss || found.has(database_name) ? 'unaccepted' : loss);
      return [database_name, `${timestamp} UTC`, formatAge(timestamp, now), shown, id, file_name];
    });
    const head = ['database', 'latest backup', 'age', 'state', 'id', 'file'];
    stdout.write(`${table(head, rows, ['left', 'left', 'right', 'left', 'right', 'left'])}\n`);
    for (const { database_name, unaccepted_loss } of databases) {
      const own = found.get(database_name);
      const lines = [
        ...(own ? describeFound(own, '  ') : []),
        ...(unaccepted_loss ? describeLoss(unaccepted_loss, '  ') : []),
      ];
      if (lines.length > 0) stdout.write(`\n${[printableInLine(database_name), ...lines].join('\n')}\n`);
    }
  }
  return 0;
}
