import type { ChannelSettings } from '../../configuration/channels/all-channels.ts';
import type { Channel } from '../channel.ts';
import { alertmanagerChannel } from './alertmanager.ts';
import { appriseChannel } from './apprise.ts';
import { mailChannel } from './mail.ts';
import { ntfyChannel } from './ntfy.ts';
import { slackChannel } from './slack.ts';
import { telegramChannel } from './telegram.ts';
import { webhookChannel } from './webhook.ts';

/** @returns the channel of these settings. Nothing is sent, and nothing connected, before a message goes. */
export function openChannel(settings: ChannelSettings): Channel {
  switch (settings.type) {
    case 'mail':
      return mailChannel(settings);
    case 'webhook':
      return webhookChannel(settings);
    case 'slack':
      return slackChannel(settings);
    case 'telegram':
      return telegramChannel(settings);
    case 'ntfy':
      return ntfyChannel(settings);
    case 'alertmanager':
      return alertmanagerChannel(settings);
    case 'apprise':
      return appriseChannel(settings);
  }
}

const opened = new WeakMap<object, ReadonlyMap<string, Channel>>();

/** @returns the channels of a configuration, by name. The same ones as long as it is the same configuration. */
export function openChannels(configuration: {
  readonly channels: Readonly<Record<string, ChannelSettings>>;
}): ReadonlyMap<string, Channel> {
  const known = opened.get(configuration);
  if (known) return known;
  const channels = new Map(
    Object.entries(configuration.channels).map(([name, settings]) => [name, openChannel(settings)]),
  );
  opened.set(configuration, channels);
  return channels;
}
