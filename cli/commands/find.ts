import { EXIT } from '../errors.ts';
import { reachedBy } from '../options/command-line.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { findTable } from '../restore/find/find-table.ts';
import { renderFound } from '../restore/find/found-screen.ts';
import { printableJson } from '../terminal/printable.ts';
import { type CommandContext, openService } from './command.ts';

/**
 * `sade find NAME --table TABLE`: lists the backups that hold a table, with its rows in each, newest first.
 * @returns 0 when there is one, 1 when there is not
 * @throws {ConfigurationError} when the service has no such database, or no table was named; {ExplainedError} of the service
 */
export async function find(label: string, options: Typed, context: CommandContext): Promise<number> {
  const { env, stdout } = context;
  const { table, at, limit, json, ...settings } = readCommand('find', options, env);
  const found = await findTable(await openService(settings, context), { label, table, at, limit });
  stdout.write(json ? `${printableJson(found)}\n` : renderFound(found, { label, server: reachedBy(options) }, stdout));
  return found.backups.length > 0 ? EXIT.ok : EXIT.someFailed;
}
