import type { NtfySettings } from '../../configuration/channels/ntfy.ts';
import { type Channel, DeliveryError } from '../channel.ts';
import { isAllClear, type Notification } from '../notification.ts';
import { describeAnswer, jsonOf, request } from './http-request.ts';
import { redactor } from './redact.ts';
import { bodyOf, bytes, titleOf } from './texts.ts';

/** In bytes. A longer message becomes a file that one has to open. */
const LIMIT = 4_096;

/** A topic of ntfy, on its public server or an own one. Published as JSON: a title in a header could hold no letters but ASCII. */
export function ntfyChannel({ url, topic, token }: NtfySettings): Channel {
  // Who knows the topic of a public server can read it.
  const redact = redactor([token, topic]);
  return {
    type: 'ntfy',
    async send({ notification }, { signal }) {
      const message = bodyOf(notification, { limit: LIMIT, measure: bytes }) || titleOf(notification);
      // A tap on the message opens the page.
      const click = notification.url === undefined ? {} : { click: notification.url };
      const json = { topic, title: titleOf(notification), message, ...click, ...urgency(notification) };
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await request(url, { headers, json, signal, redact });
      if (typeof jsonOf(answer)?.id !== 'string')
        throw new DeliveryError(`answered what ntfy does not: ${describeAnswer(answer, redact)}`);
      return { text: describeAnswer(answer, redact) };
    },
  };
}

/** 5 rings through a phone that is set to silence, 3 is as any message. The tags become signs in front of the title. */
function urgency(notification: Notification): { readonly priority: number; readonly tags: readonly string[] } {
  if (isAllClear(notification)) return { priority: 3, tags: ['white_check_mark'] };
  if (notification.severity === 'critical') return { priority: 5, tags: ['rotating_light'] };
  if (notification.severity === 'warning') return { priority: 4, tags: ['warning'] };
  return { priority: 3, tags: ['information_source'] };
}
