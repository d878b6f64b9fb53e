/**
 * Where messages go. Each has what one file of `server/notifications/channels/` needs. Texts are filled in: secrets stand here as
 * they are, so that no settings of a channel may be logged or shown.
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

export interface MailSettings {
  readonly type: 'mail';
  readonly host: string;
  readonly port: number;
  /** `starttls`: the connection begins in clear text, and no mail goes before it is encrypted. `implicit`: TLS from the first byte. */
  readonly tls: 'off' | 'starttls' | 'implicit';
  /** Both or neither. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** An address, or a name with one: `Lumbung <backups@example.com>`. */
  readonly from: string;
  readonly to: readonly string[];
}

/** Signed as Standard Webhooks describes. */
export interface WebhookSettings {
  readonly type: 'webhook';
  readonly url: string;
  /** `whsec_` and 24 to 64 bytes in base64. */
  readonly secret: string;
}

/** Also Mattermost, and Discord with `/slack` at the end. The address is a secret. */
export interface SlackSettings {
  readonly type: 'slack';
  readonly url: string;
}

export interface TelegramSettings {
  readonly type: 'telegram';
  /** The address of the Bot API, without a slash at its end. */
  readonly apiUrl: string;
  readonly token: string;
  readonly chatId: string;
}

export interface NtfySettings {
  readonly type: 'ntfy';
  /** The address of the server, without the topic and without a slash at its end. */
  readonly url: string;
  readonly topic: string;
  readonly token: string | undefined;
}

export interface AlertmanagerSettings {
  readonly type: 'alertmanager';
  /** Without `/api/v2/alerts` and without a slash at its end. */
  readonly url: string;
  /** For basic authentication: both or neither. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** For `Authorization: Bearer`. */
  readonly token: string | undefined;
}

/** An Apprise API server, for all services that have no channel here. */
export interface AppriseSettings {
  readonly type: 'apprise';
  /** `…/notify/KEY` of a stored configuration, or `…/notify` with `urls`. */
  readonly url: string;
  readonly tags: readonly string[];
  /** Addresses of Apprise, which are secrets; empty where the server has a stored configuration. */
  readonly urls: readonly string[];
}
