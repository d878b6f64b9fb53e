import { describeFound, describeLoss, formatStateAndLoss, lossOfIncomplete } from '../losses.ts';
import { namedHistory } from '../named-history.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import { formatAge } from '../terminal/format.ts';
import { printableJson } from '../terminal/printable.ts';
import { table } from '../terminal/table.ts';
import type { CommandContext } from './command.ts';

/** `sade history DATABASE`: every backup of one database, newest first. @throws {ExplainedError} */
export async function history(
  database: string,
  options: Record<string, unknown>,
  { env, stdout, signal }: CommandContext,
): Promise<number> {
  const service = new Service(readServer(options, env), signal);
  const { histories, unaccepted_loss } = await namedHistory(service, database);
  if (options.json) stdout.write(`${printableJson(histories)}\n`);
  else {
    const found = await lossOfIncomplete(histories[0], id => service.report(id));
    const now = new Date();
    const rows = histories.map(({ id, file_name, timestamp, state, loss }) => [
      id,
      `${timestamp} UTC`,
      formatAge(timestamp, now),
      formatStateAndLoss(state, found?.backup.id === id ? 'unaccepted' : loss),
      file_name,
    ]);
    stdout.write(
      `${table(['id', 'taken', 'age', 'state', 'file'], rows, ['right', 'left', 'right', 'left', 'left'])}\n`,
    );
    if (found) stdout.write(`\n${describeFound(found, '').join('\n')}\n`);
    if (unaccepted_loss) stdout.write(`\n${describeLoss(unaccepted_loss, '').join('\n')}\n`);
  }
  return 0;
}
