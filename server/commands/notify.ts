import { resolve } from 'node:path';
import { loadConfig } from '../config.ts';
import { openConfiguration } from '../configuration/reading/configuration-file.ts';
import { messageOf } from '../errors/error-code.ts';
import { logTo } from '../log.ts';
import type { Channel } from '../notifications/channel.ts';
import { ChannelTests } from '../notifications/channel-tests.ts';
import { openChannels } from '../notifications/channels/open-channel.ts';
import type { PageLinks } from '../notifications/notification.ts';
import { pageLinks } from '../web/shell/page-links.ts';
import type { Streams } from './command.ts';

const USAGE = `Shows and tries the channels that LUMBUNG_CONFIG has, also while the service runs.

  sudo lumbung notify list
  sudo lumbung notify test CHANNEL

list   prints the name and the type of each channel
test   sends a message through a channel now, and prints what the other side answered
`;

/**
 * What `lumbung notify …` does.
 * @param args behind `notify`
 * @returns the exit code: 0, or 1 when it could not be done
 */
export async function runNotifyCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  const [command = '--help', ...rest] = args;
  try {
    if (command === '--help' || rest.includes('--help')) out.write(USAGE);
    else if (command === 'list' && rest.length === 0) out.write(listOf((await openedBy(env, err)).channels));
    else if (command === 'test' && rest.length === 1) await test(rest[0]!, await openedBy(env, err), out);
    else throw new Error('notify takes "list" or "test CHANNEL": sudo lumbung notify --help shows more');
    return 0;
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

async function test(name: string, { channels, pages }: Opened, out: Streams['out']): Promise<void> {
  const { type, answer, problem } = await new ChannelTests(() => channels, pages).test(name, new Date());
  if (answer !== null) out.write(`The channel ${name} (${type}) has taken the message: ${answer}\n`);
  if (problem !== null) throw new Error(`The channel ${name} (${type}) does not work: ${problem}`);
}

function listOf(channels: ReadonlyMap<string, Channel>): string {
  if (channels.size === 0) return 'LUMBUNG_CONFIG has no channel.\n';
  const width = Math.max(...[...channels.keys()].map(({ length }) => length));
  return [...channels].map(([name, { type }]) => `${name.padEnd(width)}  ${type}\n`).join('');
}

interface Opened {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly pages: PageLinks | undefined;
}

/** @throws Error that names every mistake of the file */
async function openedBy(env: NodeJS.ProcessEnv, err: Streams['err']): Promise<Opened> {
  const config = loadConfig(env);
  if (config.configFile === undefined)
    throw new Error(
      'LUMBUNG_CONFIG is not set: it names the file with the channels (docs/how-to/set-up-notifications.md)',
    );
  const log = logTo({ write: line => void err.write(line) });
  const configuration = await openConfiguration({ path: resolve(config.configFile), env, log });
  return { channels: openChannels(configuration.current()), pages: pageLinks(config.publicUrl) };
}
