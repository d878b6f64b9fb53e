import { type InferType, object } from 'yup';
import { MISSING, url } from '../schema/fields.ts';

/** Also Mattermost, and Discord with `/slack` at the end. The address is a secret. */
export interface SlackSettings {
  readonly type: 'slack';
  readonly url: string;
}

export const slack = object({
  url: url('an incoming webhook of Slack or Mattermost, or of Discord with `/slack` at its end', {
    isSecret: true,
  }).defined(MISSING),
});

/** @param channel without a mistake */
export function toSlack({ url }: InferType<typeof slack>): SlackSettings {
  return { type: 'slack', url };
}
