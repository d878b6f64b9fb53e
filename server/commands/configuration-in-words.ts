import { type Every, formatDuration, formatEvery } from '../../protocol/contract.ts';
import type { ChannelSettings } from '../configuration/channels/all-channels.ts';
import type { Configuration, GroupSettings, RetentionPolicy } from '../configuration/configuration.ts';

/** @returns what a configuration means, in lines for a person; no secret is in it */
export function configurationInWords(configuration: Configuration): string {
  const { timezone, defaults, groups, databases, retention, channels, routes, digest, quietHours } = configuration;
  const lines = [
    `time zone     ${timezone}`,
    `by default    ${contract(defaults)}`,
    ...section('group', groups, describeGroup),
    ...section('database', databases, ({ group, ...rest }) =>
      joined(contract(rest), group && `group ${group}`, policyOf(rest)),
    ),
    `retention     ${retention.enabled ? `on: a backup that is to be removed can be taken back for ${formatDuration(retention.graceMs)}` : 'off: nothing is removed'}`,
    ...section('policy', retention.policies, describePolicy),
    ...section('channel', channels, describeChannel),
    ...(Object.keys(channels).length === 0 ? ['channels      none: no one is told anything'] : []),
    ...routes.map(
      ({ kinds, groups, severities, channels }) =>
        `route         ${joined(listed('kinds', kinds), listed('groups', groups), listed('severities', severities)) || 'all alarms'} -> ${channels.join(', ')}`,
    ),
    ...(routes.length === 0 ? ['routes        none: all alarms go to all channels'] : []),
    `digest        ${digest ? `at ${digest.at} to ${digest.channels.join(', ')}` : 'none'}`,
    ...(quietHours ? [`quiet hours   ${quietHours.from} to ${quietHours.to}`] : []),
    `heartbeat     ${configuration.heartbeat ? 'is sent' : 'none: no one notices when this service stops'}`,
    `metrics       ${configuration.metrics.anonymous ? 'for everyone' : 'with a token'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function section<T>(noun: string, entries: Readonly<Record<string, T>>, describe: (entry: T) => string): string[] {
  return Object.entries(entries).map(([name, entry]) => `${noun.padEnd(14)}${name}: ${describe(entry)}`);
}

function contract({
  every,
  graceMs,
}: {
  readonly every: Every | undefined;
  readonly graceMs: number | undefined;
}): string {
  return joined(
    every && (every.kind === 'interval' ? `every ${formatEvery(every)}` : formatEvery(every)),
    graceMs === undefined ? undefined : `late after ${formatDuration(graceMs)}`,
  );
}

function describeGroup({ databases, fromLists, digest, ...rest }: GroupSettings): string {
  const weekly = digest && `digest each ${digest.weekday} at ${digest.at} to ${digest.channels.join(', ')}`;
  const open = fromLists ? 'lists may put databases into it' : undefined;
  return joined(databases.join(', '), open, contract(rest), policyOf(rest), weekly);
}

function policyOf({ retention }: { readonly retention: string | undefined }): string | undefined {
  return retention && `policy ${retention}`;
}

function describePolicy({ timezone: _, ...rules }: RetentionPolicy): string {
  const kept = Object.entries(rules).filter(([, count]) => count > 0);
  return kept.map(([rule, count]) => `${rule} ${count}`).join(', ');
}

/** The address of a mailbox or of a server may be shown, the address of a webhook is a secret. */
function describeChannel(channel: ChannelSettings): string {
  if (channel.type === 'mail') return `mail to ${channel.to.join(', ')} by ${channel.host}:${channel.port}`;
  if (channel.type === 'ntfy' || channel.type === 'alertmanager') return `${channel.type} at ${channel.url}`;
  return channel.type;
}

function listed(noun: string, names: readonly string[] | undefined): string | undefined {
  return names && `${noun} ${names.join(', ')}`;
}

function joined(...parts: ReadonlyArray<string | undefined | ''>): string {
  return parts.filter(Boolean).join('; ');
}
