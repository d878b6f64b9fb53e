import type { Configuration } from '../configuration/configuration.ts';
import type { EntityManager } from '../history/orm.ts';
import type { NotifiedAlarm, PageLinks } from '../notifications/notification.ts';
import { readAlarms } from './alarm-rows.ts';
import { channelsFor } from './telling/channels-for.ts';
import { notified } from './telling/message.ts';

/**
 * Finds the open alarms that a channel has had, for programs that forget an alarm unless they get it again and again.
 * @returns those that its routes take, without those that another alarm explains
 */
export async function openAlarmsFor(
  em: EntityManager,
  configuration: Pick<Configuration, 'routes' | 'channels'>,
  channel: string,
  pages?: PageLinks,
): Promise<NotifiedAlarm[]> {
  const alarms = await readAlarms(em);
  return alarms
    .filter(({ closedAt, toldAs, mutedBy }) => closedAt === null && toldAs !== null && mutedBy === null)
    .filter(alarm => channelsFor(alarm, configuration).includes(channel))
    .map(alarm => notified({ alarm, as: 'reminder' }, pages));
}
