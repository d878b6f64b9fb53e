import type { SlackSettings } from '../../configuration/channels/slack.ts';
import type { Channel } from '../channel.ts';
import type { Notification } from '../notification.ts';
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
  const isSlack = isHost(hostname, 'slack.com', 'slack-gov.com');
  const limit = isHost(hostname, 'discord.com', 'discordapp.com') ? DISCORD_LIMIT : LIMIT;
  return {
    type: 'slack',
    async send({ notification }, { signal }) {
      const json = isSlack ? forSlack(notification, limit) : inMarkdown(notification, limit);
      const answer = await request(url, { json, signal, redact });
      return { text: describeAnswer(answer, redact) };
    },
  };
}

/** Where a mark of a name would mean something, nothing means anything: also not that the title is bold. */
export function forSlack(notification: Notification, limit: number): { text: string; mrkdwn?: false } {
  const title = escapeForSlack(titleOf(notification));
  const body = bodyOf(notification, { limit: limit - title.length - 3, format: escapeForSlack });
  if (MARKS.test(`${title}\n${body}`)) return { text: `${title}\n${body}`.trimEnd(), mrkdwn: false };
  return { text: `*${title}*\n${body}`.trimEnd() };
}

function inMarkdown(notification: Notification, limit: number): { text: string } {
  const head = `**${escapeMarkdown(titleOf(notification))}**`;
  const body = bodyOf(notification, { limit: limit - head.length - 1, format: escapeMarkdown });
  return { text: `${head}\n${body}`.trimEnd() };
}

function isHost(name: string, ...hosts: string[]): boolean {
  return hosts.some(host => name === host || name.endsWith(`.${host}`));
}

/** What makes text bold and such counts only at the edge of a word. */
const MARKS = /(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/u;

/** Slack knows three entities, and no way to escape {@link MARKS}; an invisible character beside one would be copied with a command. */
export function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** An invisible mark that keeps a character from meaning anything to those around it. */
const JOINER = '\u2060';

/** Also calls no one: `@channel` and `@everyone` do. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~|<>[\]]/g, '\\$&')
    .replaceAll('@', `@${JOINER}`)
    .replace(/^#/, '\\#');
}
