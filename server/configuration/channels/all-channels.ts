import type { InferType } from 'yup';
import type { UnionOf } from '../schema/tree.ts';
import { type AlertmanagerSettings, alertmanager, toAlertmanager } from './alertmanager.ts';
import { type AppriseSettings, apprise, toApprise } from './apprise.ts';
import { type MailSettings, mail, toMail } from './mail.ts';
import { type NtfySettings, ntfy, toNtfy } from './ntfy.ts';
import { type SlackSettings, slack, toSlack } from './slack.ts';
import { type TelegramSettings, telegram, toTelegram } from './telegram.ts';
import { toWebhook, type WebhookSettings, webhook } from './webhook.ts';

/** What each kind of channel takes. Its key `type` is looked at before. */
export const CHANNELS = { mail, webhook, slack, telegram, ntfy, alertmanager, apprise } satisfies UnionOf;

/**
 * Where messages go. Each kind has what one file of `server/notifications/channels/` needs. Texts are filled in: secrets stand here
 * as they are, so that no settings of a channel may be logged or shown.
 */
export type ChannelSettings =
  | MailSettings
  | WebhookSettings
  | SlackSettings
  | TelegramSettings
  | NtfySettings
  | AlertmanagerSettings
  | AppriseSettings;

export type ChannelType = ChannelSettings['type'];

type Values = { [Type in ChannelType]: InferType<(typeof CHANNELS)[Type]> & { readonly type: Type } };

/** @param channel without a mistake */
export function toChannel(channel: Values[ChannelType]): ChannelSettings {
  switch (channel.type) {
    case 'mail':
      return toMail(channel);
    case 'webhook':
      return toWebhook(channel);
    case 'slack':
      return toSlack(channel);
    case 'telegram':
      return toTelegram(channel);
    case 'ntfy':
      return toNtfy(channel);
    case 'alertmanager':
      return toAlertmanager(channel);
    case 'apprise':
      return toApprise(channel);
  }
}
