import { object, string } from 'yup';
import { checkedText, EMPTY, listOf, MISSING, oneOf, secret, text, url, wholeNumber } from '../schema/fields.ts';
import type { UnionOf } from '../schema/tree.ts';
import type { ChannelType } from './channel-settings.ts';
import { isWebhookSecret, mailboxProblem, smtpUrlProblem, topicOf } from './channel-values.ts';

const BOTH_OR_NEITHER = [
  'has only one of user and password: set both, or neither',
  ({ user, password }: { user?: string | undefined; password?: string | undefined }) =>
    (user === undefined) === (password === undefined),
] as const;

const mail = object({
  smtp_url: secret(
    'the mail server in one line, such as `smtp://user:password@mail.example.com:587`, or `smtps://…`',
  ).test(
    'smtp url',
    ({ value }) => smtpUrlProblem(String(value)) ?? '',
    value => value === undefined || smtpUrlProblem(value) === undefined,
  ),
  host: checkedText('the mail server, instead of `smtp_url`', value =>
    /^[\w.:-]+$/.test(value) ? undefined : 'must be a host name or an address',
  ),
  port: wholeNumber('its port: 587 when left out, 465 with `tls: implicit`, 25 with `tls: off`', 1, 65_535),
  user: text('for servers that want a login'),
  password: secret('for servers that want a login'),
  tls: oneOf(
    '`starttls`, the default, encrypts before anything is sent, `implicit` from the first byte on, `off` never',
    ['starttls', 'implicit', 'off'],
  ),
  from: checkedText('the sender, such as `Lumbung <backups@example.com>`', mailboxProblem).defined(MISSING),
  to: listOf('who gets the mail', checkedText('an address', mailboxProblem)).defined(MISSING),
})
  .test('server', 'needs host, or smtp_url', ({ host, smtp_url }) => host !== undefined || smtp_url !== undefined)
  .test(
    'one server',
    'has smtp_url beside host, port, user, password or tls: leave one way out',
    ({ smtp_url, host, port, user, password, tls }) =>
      smtp_url === undefined || [host, port, user, password, tls].every(part => part === undefined),
  )
  .test('login', ...BOTH_OR_NEITHER)
  .test(
    'clear text',
    'would send the password in clear text: set tls to starttls or implicit',
    ({ tls, user, host }) => tls !== 'off' || user === undefined || /^(?:localhost|127\.[\d.]+|::1)$/.test(host ?? ''),
  );

const webhook = object({
  url: url('where each message is sent by POST', { isSecret: true }).defined(MISSING),
  secret: secret('signs each message as Standard Webhooks describes: `whsec_` and 24 to 64 bytes in base64')
    .test(
      'webhook secret',
      'must be whsec_ and 24 to 64 bytes in base64: echo "whsec_$(openssl rand -base64 32)" makes one',
      value => value === undefined || isWebhookSecret(value),
    )
    .defined(MISSING),
});

const slack = object({
  url: url('an incoming webhook of Slack or Mattermost, or of Discord with `/slack` at its end', {
    isSecret: true,
  }).defined(MISSING),
});

const CHAT = 'must be the id of a chat, such as -1001234567890, or @ and the name of a public channel';

const telegram = object({
  token: secret('of the bot, from @BotFather').defined(MISSING),
  chat_id: string()
    // YAML reads the id of a group as a number.
    .transform((_, given) => (Number.isSafeInteger(given) ? String(given) : given))
    .typeError(CHAT)
    .nonNullable(EMPTY)
    .matches(/^(?:-?\d{1,20}|@\w{1,64})$/, CHAT)
    .meta({
      about: 'where the bot writes: the id of a chat, or `@` and the name of a public channel',
      json: { type: ['string', 'integer'] },
    })
    .defined(MISSING),
  api_url: url('the Bot API, for a server of your own').default('https://api.telegram.org'),
});

const ntfy = object({
  url: url('the server, such as `https://ntfy.sh`, or server and topic, such as `https://ntfy.sh/backups`').defined(
    MISSING,
  ),
  topic: checkedText('the topic, where it is not the end of `url`', value =>
    /^[-\w]{1,64}$/.test(value) ? undefined : 'must be 1 to 64 letters, digits, - and _',
  ),
  token: secret('an access token, where the topic is protected'),
}).test(
  'topic',
  'has no topic: set topic, or write it behind the server in url',
  value => value.topic !== undefined || topicOf(value.url) !== undefined,
);

const alertmanager = object({
  url: url('Alertmanager, such as `http://127.0.0.1:9093`').defined(MISSING),
  user: text('for basic authentication'),
  password: secret('for basic authentication'),
  token: secret('sent as `Authorization: Bearer`'),
})
  .test('login', ...BOTH_OR_NEITHER)
  .test(
    'one login',
    'has user and token: leave one out',
    value => !(value.user !== undefined && value.token !== undefined),
  );

const apprise = object({
  url: url('an Apprise API server: `…/notify/KEY` with a stored configuration, or `…/notify` with `urls`', {
    isSecret: true,
  }).defined(MISSING),
  tags: listOf('which services of the stored configuration get it', text('a tag')),
  urls: listOf('addresses of services as Apprise writes them', text('an address')).meta({ secret: true }),
});

/** What each type of channel takes. Its key `type` is looked at before. */
export const CHANNELS = { mail, webhook, slack, telegram, ntfy, alertmanager, apprise } satisfies UnionOf &
  Record<ChannelType, unknown>;
