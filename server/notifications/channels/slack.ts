import type { SlackSettings } from '../../configuration/channels/slack.ts';
import type { Channel } from '../channel.ts';
import { describeAnswer, request } from './http-request.ts';
import { redactor } from './redact.ts';
import { bodyOf, titleOf } from './texts.ts';

/** Discord takes 2,000 characters, and Mattermost 4,000 in its older versions. Slack cuts in pieces what is longer. */
const DISCORD_LIMIT = 2_000;
const LIMIT = 3_900;

/** An incoming webhook of Slack, and what takes the same: Mattermost, Rocket.Chat, and Discord with `/slack` at the end. */
export function slackChannel({ url }: SlackSettings): Channel {
  const redact = redactor([url]);
  const { hostname } = new URL(url);
  const escaped = isHost(hostname, 'slack.com', 'slack-gov.com') ? escapeForSlack : escapeMarkdown;
  const limit = isHost(hostname, 'discord.com', 'discordapp.com') ? DISCORD_LIMIT : LIMIT;
  return {
    type: 'slack',
    async send({ notification }, { signal }) {
      const title = escaped(titleOf(notification));
      const head = escaped === escapeForSlack ? `*${title}*` : `**${title}**`;
      const body = bodyOf(notification, { limit: limit - head.length - 1, format: escaped });
      const answer = await request(url, { json: { text: `${head}\n${body}`.trimEnd() }, signal, redact });
      return { text: describeAnswer(answer, redact) };
    },
  };
}

function isHost(name: string, ...hosts: string[]): boolean {
  return hosts.some(host => name === host || name.endsWith(`.${host}`));
}

/** An invisible mark that keeps a character from meaning anything to those around it. */
const JOINER = '\u2060';

/**
 * Slack knows three entities, and no way to escape what makes text bold: a mark in front of it does, since it counts only at the edge
 * of a word.
 */
export function escapeForSlack(text: string): string {
  const entities = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return entities.replace(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, mark => `${JOINER}${mark}${JOINER}`);
}

/** Also calls no one: `@channel` and `@everyone` do. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~|<>[\]]/g, '\\$&')
    .replaceAll('@', `@${JOINER}`)
    .replace(/^#/, '\\#');
}
