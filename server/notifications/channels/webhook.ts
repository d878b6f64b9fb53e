import { createHmac } from 'node:crypto';
import { cut } from '../../../protocol/texts/cut.ts';
import type { WebhookSettings } from '../../configuration/channels/webhook.ts';
import type { Channel } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { describeAnswer, request } from './http-request.ts';
import { redactor } from './redact.ts';

/** A receiver may refuse more. */
const MOST_LINES = 200;
const MOST_ALARMS = 200;
const LONGEST_LINE = 500;

/** Signed as Standard Webhooks describes: the receiver checks it with a library of that name. */
export function webhookChannel({ url, secret }: WebhookSettings): Channel {
  const redact = redactor([url, secret, secret.replace(/^whsec_/, '')]);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return {
    type: 'webhook',
    async send({ id, notification }, { now, signal }) {
      const { kind, at } = notification;
      const text = JSON.stringify({ type: `lumbung.${kind}`, timestamp: at, data: dataOf(notification) });
      const webhookId = `msg_${id}`;
      const seconds = Math.floor(now.getTime() / 1000);
      const signature = createHmac('sha256', key).update(`${webhookId}.${seconds}.${text}`).digest('base64');
      const headers = {
        'webhook-id': webhookId,
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${signature}`,
      };
      const answer = await request(url, { headers, text, signal, redact });
      return { text: describeAnswer(answer, redact) };
    },
  };
}

/** Bounded, and in the snake_case of all that programs read here. */
function dataOf({ title, lines, severity, alarms, url }: Notification) {
  return {
    title,
    ...(url !== undefined && { url }),
    severity,
    lines: lines.slice(0, MOST_LINES).map(line => cut(line, LONGEST_LINE)),
    alarms: alarms.slice(0, MOST_ALARMS),
    alarm_count: alarms.length,
  };
}
