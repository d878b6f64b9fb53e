import type { Logger } from 'pino';
import type { ConfigurationFile } from '../configuration/reading/configuration-file.ts';
import type { Orm } from '../history/orm.ts';
import { type Clock, SYSTEM_CLOCK } from '../jobs/clock.ts';
import { ChannelTests } from '../notifications/channel-tests.ts';
import { openChannels } from '../notifications/channels/open-channel.ts';
import { ping } from '../notifications/channels/ping.ts';
import { Delivery } from '../notifications/delivery.ts';
import { Heartbeat } from '../notifications/heartbeat.ts';
import type { PageLinks } from '../notifications/notification.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { FindOpenAlarms } from '../notifications/open-alarms.ts';

interface Parts {
  readonly history: Orm;
  readonly log: Logger;
  readonly configuration: Pick<ConfigurationFile, 'current'>;
  readonly clock?: Clock;
  /** For channels that have to be told again and again what is open. */
  readonly findOpenAlarms?: FindOpenAlarms;
  /** For links to the dashboard; without it messages have none. */
  readonly pages?: PageLinks | undefined;
}

/** Joins the outbox with the channels and the heartbeat of the configuration, whichever it is at the moment. Sends nothing yet. */
export function openNotifications({ configuration, clock = SYSTEM_CLOCK, pages, ...parts }: Parts): Notifications {
  const channels = () => openChannels(configuration.current());
  const delivery = new Delivery({ ...parts, clock, channels });
  const heartbeat = new Heartbeat({
    log: parts.log,
    url: () => configuration.current().heartbeat?.url,
    channels: () => [...channels().keys()],
    ping,
  });
  return { delivery, heartbeat, tests: new ChannelTests(channels, pages) };
}
