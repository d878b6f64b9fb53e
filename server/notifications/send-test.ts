import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Answer, Channel } from './channel.ts';
import type { Notification, PageLinks } from './notification.ts';
import { sendWithin } from './send-within.ts';

const WITHIN_MS = 30_000;

/**
 * Sends a message through a channel now, beside its outbox.
 * @returns what the other side answered
 * @throws DeliveryError, or Error when it takes longer than half a minute; names no secret
 */
export function sendTest(name: string, channel: Channel, now: Date, pages?: PageLinks): Promise<Answer> {
  const message = { id: randomBytes(16).toString('hex'), notification: testNotification(name, now, pages?.alarms()) };
  const limit = { withinMs: WITHIN_MS, stop: new AbortController().signal };
  return sendWithin(limit, signal => channel.send(message, { now, signal }));
}

function testNotification(name: string, now: Date, url: string | undefined): Notification {
  return {
    kind: 'test',
    title: `This is a test of the channel ${name}: nothing has happened`,
    lines: [
      `Lumbung on ${hostname()} can reach you here.`,
      'Messages about backups that are late, missing or damaged come in this way.',
      ...(url === undefined ? [] : [`On the dashboard: ${url}`]),
    ],
    severity: 'info',
    at: now.toISOString(),
    alarms: [],
    ...(url !== undefined && { url, links: [url] }),
  };
}
