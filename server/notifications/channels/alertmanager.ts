import type { AlertmanagerSettings } from '../../configuration/channels/alertmanager.ts';
import { type Answer, type Channel, DeliveryError, type SendOptions } from '../channel.ts';
import type { Notification, NotifiedAlarm } from '../notification.ts';
import { describeAnswer, request } from './http-request.ts';
import { redactor } from './redact.ts';
import { oneLine, titleOf } from './texts.ts';

/**
 * How long an open alarm stays an alert that no one sends again, in milliseconds. Longer than a day, since what Alertmanager reports
 * as resolved although no one has resolved it is worse than an alert too many: when this service dies, its alerts stay.
 */
const OPEN_FOR_MS = 26 * 3_600_000;
const TEST_FOR_MS = 60_000;
const SEVERITIES = ['warning', 'critical'] as const;

/** Alertmanager of Prometheus, by version 2 of its API. It groups, silences and tells by its own rules. */
export function alertmanagerChannel({ url, user, password, token }: AlertmanagerSettings): Channel {
  const basic = user === undefined ? undefined : Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  const redact = redactor([password, token, basic]);
  const authorization = token === undefined ? basic && `Basic ${basic}` : `Bearer ${token}`;
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const post = async (alerts: readonly Alert[], signal: AbortSignal): Promise<Answer> => {
    if (alerts.length === 0) return { text: 'nothing was sent: it takes alarms only' };
    const answer = await request(`${url}/api/v2/alerts`, { headers, json: alerts, signal, redact });
    // Behind a proxy, the page of a login is a success, too.
    if (answer.body.trimStart().startsWith('<'))
      throw new DeliveryError(`answered what Alertmanager does not: ${describeAnswer(answer, redact)}`);
    return { text: describeAnswer(answer, redact) };
  };
  return {
    type: 'alertmanager',
    send: ({ notification }, { now, signal }) => post(alertsOf(notification, now), signal),
    keepOpen: (alarms, { now, signal }: SendOptions) =>
      post(
        alarms.flatMap(alarm => alertsOfAlarm(alarm, now)),
        signal,
      ),
  };
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  /** Where Alertmanager links to. */
  readonly generatorURL?: string;
}

function alertsOf(notification: Notification, now: Date): Alert[] {
  if (notification.kind !== 'test') return notification.alarms.flatMap(alarm => alertsOfAlarm(alarm, now));
  return [
    {
      labels: { alertname: 'LumbungTest', severity: 'info' },
      annotations: { summary: titleOf(notification) },
      startsAt: now.toISOString(),
      endsAt: later(now, TEST_FOR_MS),
    },
  ];
}

/** The labels say which alert it is. So one that has grown more severe is another one, and the former has to end. */
function alertsOfAlarm(alarm: NotifiedAlarm, now: Date): Alert[] {
  const isOpen = alarm.state !== 'closed';
  const ended = alarm.until ?? now.toISOString();
  return SEVERITIES.filter(severity => severity === alarm.severity || alarm.severity === 'critical').map(severity => ({
    labels: labelsOf(alarm, severity),
    annotations: annotationsOf(alarm),
    ...(alarm.url !== undefined && { generatorURL: alarm.url }),
    startsAt: alarm.since < ended ? alarm.since : ended,
    endsAt: isOpen && severity === alarm.severity ? later(now, OPEN_FOR_MS) : ended,
  }));
}

/** `run_missing` is `LumbungRunMissing`. */
function labelsOf({ kind, subject, database, source }: NotifiedAlarm, severity: string): Record<string, string> {
  const name = kind.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const labels = { alertname: `Lumbung${name}`, kind, subject: oneLine(subject), severity };
  return { ...labels, ...(database && { database }), ...(source && { source: oneLine(source) }) };
}

function annotationsOf({ summary, advice }: NotifiedAlarm): Record<string, string> {
  return { summary: oneLine(summary), ...(advice && { description: oneLine(advice) }) };
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
