import { hostname } from 'node:os';
import { ValidationError } from 'yup';
import { acceptanceRequest } from '../../protocol/acceptance.ts';
import { systemUser } from '../../protocol/access/system-user.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { whatHasIt } from '../losses/losses.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import type { Service } from '../service/service.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import { screenWidth } from '../terminal/screen-width.ts';
import { wrap } from '../terminal/wrap.ts';
import { requireBackupId } from './backup-id.ts';
import { type CommandContext, openService } from './command.ts';

/**
 * `sade accept ID --reason TEXT`: says that what a backup has lost was meant to go, so that later ones are compared with it.
 * @throws {ConfigurationError} without a reason; {ExplainedError} when the service refuses
 */
export async function accept(id: string, options: Typed, context: CommandContext): Promise<number> {
  requireBackupId(id);
  const { env, stdout } = context;
  const { json, ...given } = readCommand('accept', options, env);
  const reason = readReason(given.reason);
  const report = await (await openService(given, context)).accept(id, { reason, by: whoAmI() });
  stdout.write(json ? `${printableJson(report)}\n` : describe(report, reason, screenWidth(stdout)));
  return EXIT.ok;
}

function readReason(reason: string | undefined): string {
  try {
    return acceptanceRequest.validateSync({ reason }, { strict: true }).reason;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ConfigurationError([
      `--reason ${error.message}, such as --reason 'faktur moved to the archive, ticket 4711'`,
    ]);
  }
}

/** What is known of a person without logins. */
function whoAmI(): string {
  return `${systemUser()}@${hostname()}`;
}

type Report = Awaited<ReturnType<Service['accept']>>;

/** @param wanted the reason that was just given: another one is stored when the loss was accepted before */
function describe({ id, database_name, loss }: Report, wanted: string, width: number | undefined): string {
  const { at, by, reason } = loss!.acceptance!;
  const isOlder = reason !== wanted.trim();
  const who = by ? ` by ${by}` : '';
  return [
    isOlder
      ? `The loss of backup ${id} of ${database_name} was accepted before (${inLocalTime(at)}${who}): ${reason}`
      : `The loss of backup ${id} of ${database_name} is accepted (${inLocalTime(at)}${who}): ${reason}`,
    ...(isOlder ? ['That reason stays. The new one was not stored.'] : []),
    `Later backups are compared with backup ${id}. ${whatHasIt(database_name, loss!.reference)}`,
  ]
    .map(line => `${wrap(printableInLine(line), width, '  ')}\n`)
    .join('');
}
