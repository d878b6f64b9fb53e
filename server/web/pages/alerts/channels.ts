import type { ChannelSettings } from '../../../configuration/channels/all-channels.ts';
import type { EntityManager } from '../../../history/orm.ts';
import type { NamedChannelState } from '../../../notifications/delivery.ts';
import type { WebParts } from '../../shell/page.ts';

/** A channel as the page shows it. */
export interface ChannelShown extends NamedChannelState {
  /** The host that takes its messages. All else of an address may be a secret. */
  readonly host: string | undefined;
}

/** @returns the channels of the configuration, with how they are */
export async function loadChannels(
  em: EntityManager,
  { notifications, configuration }: Pick<WebParts, 'notifications' | 'configuration'>,
): Promise<ChannelShown[]> {
  const { channels } = configuration.current();
  const states = await notifications.delivery.states(em);
  return states.map(state => ({ ...state, host: channels[state.name] && hostOf(channels[state.name]!) }));
}

function hostOf(settings: ChannelSettings): string | undefined {
  if (settings.type === 'mail') return settings.host;
  const url = settings.type === 'telegram' ? settings.apiUrl : settings.url;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
