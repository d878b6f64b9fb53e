import type { Configuration } from '../../configuration/configuration.ts';
import type { AlarmState } from '../model/alarm-state.ts';
import type { News } from './what-to-tell.ts';

/** What some channels get together. */
export interface Share {
  readonly channels: readonly string[];
  readonly news: readonly News[];
}

/**
 * Divides what is told among the channels. What no route takes goes to all channels rather than to none.
 * @returns one share for all channels that get the same; what no channel gets, since no channel exists, is in a share without channels
 */
export function sharesOf(news: readonly News[], configuration: Pick<Configuration, 'routes' | 'channels'>): Share[] {
  const ofChannel = new Map<string, News[]>();
  const homeless: News[] = [];
  for (const item of news) {
    const channels = channelsFor(item.alarm, configuration);
    if (channels.length === 0) homeless.push(item);
    for (const channel of channels) ofChannel.set(channel, [...(ofChannel.get(channel) ?? []), item]);
  }
  const same = Map.groupBy(ofChannel, ([, items]) => items.map(({ alarm }) => alarm.alarmKey).join('\n'));
  const shared = [...same.values()].map(group => ({ channels: group.map(([channel]) => channel), news: group[0]![1] }));
  return homeless.length === 0 ? shared : [...shared, { channels: [], news: homeless }];
}

/** A channel that fails is told on the others. @returns the names of the channels that report an alarm */
export function channelsFor(
  alarm: AlarmState,
  { routes, channels }: Pick<Configuration, 'routes' | 'channels'>,
): string[] {
  const isUsable = (name: string) =>
    Object.hasOwn(channels, name) && !(alarm.kind === 'channel_failing' && alarm.subject === name);
  const routed = routes
    .filter(
      ({ kinds, groups, severities }) =>
        (!kinds || kinds.includes(alarm.kind)) &&
        (!severities || severities.includes(alarm.severity)) &&
        (!groups || (alarm.detail.group !== undefined && groups.includes(alarm.detail.group))),
    )
    .flatMap(route => route.channels.filter(isUsable));
  return routed.length > 0 ? [...new Set(routed)] : Object.keys(channels).filter(isUsable);
}
