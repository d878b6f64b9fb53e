import { type InferType, object, string } from 'yup';
import { EMPTY, MISSING, secret, url } from '../schema/fields.ts';
import { withoutSlash } from './shared.ts';

export interface TelegramSettings {
  readonly type: 'telegram';
  /** The address of the Bot API, without a slash at its end. */
  readonly apiUrl: string;
  readonly token: string;
  readonly chatId: string;
}

const CHAT = 'must be the id of a chat, such as -1001234567890, or @ and the name of a public channel';

export const telegram = object({
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

/** @param channel without a mistake */
export function toTelegram({ api_url, token, chat_id }: InferType<typeof telegram>): TelegramSettings {
  return { type: 'telegram', apiUrl: withoutSlash(api_url), token, chatId: chat_id };
}
