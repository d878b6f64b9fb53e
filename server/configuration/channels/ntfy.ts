import { type InferType, object } from 'yup';
import { checkedText, MISSING, secret, url } from '../schema/fields.ts';
import { withoutSlash } from './shared.ts';

export interface NtfySettings {
  readonly type: 'ntfy';
  /** The address of the server, without the topic and without a slash at its end. */
  readonly url: string;
  readonly topic: string;
  readonly token: string | undefined;
}

export const ntfy = object({
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

/** @param channel without a mistake */
export function toNtfy({ url, topic, token }: InferType<typeof ntfy>): NtfySettings {
  const address = withoutSlash(url);
  if (topic !== undefined) return { type: 'ntfy', url: address, topic, token };
  return { type: 'ntfy', url: address.slice(0, address.lastIndexOf('/')), topic: topicOf(url)!, token };
}

/** @returns the topic at the end of the address of an ntfy server; undefined when there is only the server */
function topicOf(address: unknown): string | undefined {
  return URL.parse(String(address))?.pathname.split('/').filter(Boolean).at(-1);
}
