import type { AppriseSettings } from '../../configuration/channels/apprise.ts';
import { type Channel, DeliveryError } from '../channel.ts';
import { isAllClear, type Notification } from '../notification.ts';
import { describeAnswer, request } from './http-request.ts';
import { redactor } from './redact.ts';
import { bodyOf, titleOf } from './texts.ts';

/** In characters: most of the services behind it take as much. */
const LIMIT = 2_000;
/** Nothing was told: no address is stored under that key, or none has that tag. */
const NO_CONTENT = 204;

/** A server of the Apprise API, which knows more than a hundred services. */
export function appriseChannel({ url, tags, urls }: AppriseSettings): Channel {
  const redact = redactor([url, ...urls]);
  return {
    type: 'apprise',
    async send({ notification }, { signal }) {
      const title = titleOf(notification);
      const json = {
        title,
        body: bodyOf(notification, { limit: LIMIT }) || title,
        type: typeOf(notification),
        format: 'text',
        ...(tags.length > 0 && { tag: tags.join(',') }),
        ...(urls.length > 0 && { urls: urls.join(',') }),
      };
      const answer = await request(url, { headers: { accept: 'application/json' }, json, signal, redact });
      if (answer.status === NO_CONTENT)
        throw new DeliveryError('told no one: it has no address stored under that key and tag (HTTP 204)');
      return { text: describeAnswer(answer, redact) };
    },
  };
}

function typeOf(notification: Notification): 'info' | 'success' | 'warning' | 'failure' {
  if (isAllClear(notification)) return 'success';
  if (notification.severity === 'critical') return 'failure';
  return notification.severity;
}
