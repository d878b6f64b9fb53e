import type { TelegramSettings } from '../../configuration/channels/telegram.ts';
import { type Channel, DeliveryError } from '../channel.ts';
import { describeAnswer, type HttpAnswer, jsonOf, request } from './http-request.ts';
import { redactor } from './redact.ts';
import { bodyOf, titleOf } from './texts.ts';

/** In UTF-16 code units, as Telegram counts, and as JavaScript does. */
const LIMIT = 4_096;

/** A bot of Telegram. The text is plain, and the title is bold by its place: nothing in it needs to be escaped. */
export function telegramChannel({ apiUrl, token, chatId }: TelegramSettings): Channel {
  const redact = redactor([token]);
  return {
    type: 'telegram',
    async send({ notification }, { signal }) {
      const title = titleOf(notification);
      const text = `${title}\n${bodyOf(notification, { limit: LIMIT - title.length - 1 })}`.trimEnd();
      const json = {
        chat_id: chatId,
        text,
        entities: [{ type: 'bold', offset: 0, length: title.length }],
        link_preview_options: { is_disabled: true },
        disable_notification: notification.severity === 'info',
      };
      const answer = await request(`${apiUrl}/bot${token}/sendMessage`, { json, signal, redact });
      refuseUnlessTaken(answer, redact);
      return { text: describeAnswer(answer, redact) };
    },
  };
}

/** A portal or a proxy may answer 200, too. */
function refuseUnlessTaken(answer: HttpAnswer, redact: (text: string) => string): void {
  if (jsonOf(answer)?.ok !== true)
    throw new DeliveryError(`answered what Telegram does not: ${describeAnswer(answer, redact)}`);
}
