import type { InferType } from 'yup';
import type { CHANNELS } from './channel-schemas.ts';
import type { ChannelSettings, MailSettings } from './channel-settings.ts';
import { smtpServerOf, topicOf } from './channel-values.ts';

type Values = { [Type in keyof typeof CHANNELS]: InferType<(typeof CHANNELS)[Type]> & { readonly type: Type } };

/** @param channel without a mistake */
export function toChannel(channel: Values[keyof Values]): ChannelSettings {
  switch (channel.type) {
    case 'mail':
      return toMail(channel);
    case 'webhook':
      return { type: 'webhook', url: channel.url, secret: channel.secret };
    case 'slack':
      return { type: 'slack', url: channel.url };
    case 'telegram':
      return { type: 'telegram', apiUrl: bare(channel.api_url), token: channel.token, chatId: channel.chat_id };
    case 'ntfy':
      return toNtfy(channel);
    case 'alertmanager': {
      const { type, url, user, password, token } = channel;
      return { type, url: bare(url), user, password, token };
    }
    case 'apprise':
      return { type: 'apprise', url: channel.url, tags: listed(channel.tags), urls: listed(channel.urls) };
  }
}

const PORTS = { starttls: 587, implicit: 465, off: 25 } as const;

function toMail({ smtp_url, host, port, user, password, tls = 'starttls', from, to }: Values['mail']): MailSettings {
  const server =
    smtp_url === undefined ? { host: host!, port: port ?? PORTS[tls], tls, user, password } : smtpServerOf(smtp_url);
  return { type: 'mail', ...server, from, to: listed(to) };
}

function toNtfy({ url, topic, token }: Values['ntfy']): ChannelSettings {
  if (topic !== undefined) return { type: 'ntfy', url: bare(url), topic, token };
  const address = bare(url);
  return { type: 'ntfy', url: address.slice(0, address.lastIndexOf('/')), topic: topicOf(url)!, token };
}

/** Without a slash at its end. */
function bare(url: string): string {
  return url.replace(/\/+$/, '');
}

function listed(list: readonly (string | undefined)[] | undefined): string[] {
  return (list ?? []).filter(entry => entry !== undefined);
}
