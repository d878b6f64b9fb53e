import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Language } from '../configuration/configuration.ts';
import type { Notification } from '../notifications/notification.ts';
import type { DigestAlarm, DigestFacts } from './read-digest.ts';
import { type DigestTexts, TEXTS } from './texts.ts';

/** So many alarms are listed in one place. */
const MOST_LISTED = 50;

interface Writing {
  readonly language: Language;
  /** IANA. */
  readonly timezone: string;
  /** The page about its databases; without it the digest has no link. */
  readonly url?: string | undefined;
}

/** Writes a digest: the verdict in its subject, also when all is well. */
export function digestMessage(facts: DigestFacts, { language, timezone, url }: Writing): Notification {
  const texts = TEXTS[language];
  const verdict = verdictOf(facts, texts);
  const { group, open, now } = facts;
  return {
    kind: 'digest',
    title: group === undefined ? verdict : `${texts.of(group)}: ${verdict}`,
    lines: [
      `${verdict}.`,
      ...missedLines(facts, texts, timezone),
      '',
      ...openLines(facts, texts),
      '',
      ...changeLines(facts, texts),
      '',
      ...stateLines(facts, texts),
      ...(url === undefined ? [] : ['', texts.page(url)]),
    ],
    severity: open.some(({ severity }) => severity === 'critical')
      ? 'critical'
      : open.length > 0 || facts.waiting > 0
        ? 'warning'
        : 'info',
    at: now.toISOString(),
    alarms: [],
    ...(url !== undefined && { url, links: [url] }),
  };
}

function missedLines({ missedDays, off }: DigestFacts, texts: DigestTexts, timezone: string): string[] {
  const shown = off.slice(-MOST_LISTED);
  return [
    ...(missedDays.length > 0 ? [texts.missed(daysIn(missedDays, texts))] : []),
    ...shown.map(({ from, until }) => texts.wasOff(minuteOf(from, timezone), minuteOf(until, timezone))),
  ];
}

/** Each day, or the first and the last of many. */
function daysIn(days: readonly string[], { and, to }: DigestTexts): string {
  if (days.length > 3) return `${days[0]} ${to} ${days.at(-1)}`;
  return days.length === 1 ? days[0]! : `${days.slice(0, -1).join(', ')} ${and} ${days.at(-1)}`;
}

function verdictOf({ states, waiting, open }: DigestFacts, texts: DigestTexts): string {
  const count = (...names: ReadonlyArray<keyof typeof states>) =>
    names.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  const bad = count('late', 'critical', 'never', 'dropped');
  const databases = count('ok', 'new') + bad;
  if (databases === 0) return texts.noDatabases;
  const waits = waiting > 0 ? [texts.waiting(waiting)] : [];
  if (bad > 0) return [texts.someNeedYou(databases - bad - waiting, databases, bad), ...waits].join('; ');
  const well =
    waiting > 0 ? [texts.some(databases - waiting, databases), ...waits].join('; ') : texts.allWell(databases);
  return open.length > 0 ? `${well}; ${texts.alsoOpen(open.length)}` : well;
}

/** What is new comes first: it is in no other section. */
function openLines({ open, opened }: DigestFacts, texts: DigestTexts): string[] {
  if (open.length === 0) return [texts.noAlarms];
  const isNew = among(opened);
  const line = (alarm: DigestAlarm) => (isNew(alarm) ? `${texts.opened}: ${texts.alarm(alarm)}` : texts.alarm(alarm));
  return [
    texts.openAlarms,
    ...listed([...open.filter(isNew), ...open.filter(alarm => !isNew(alarm))], texts, alarm =>
      alarm.acknowledgedBy === null ? line(alarm) : `${line(alarm)} (${texts.acknowledged(alarm.acknowledgedBy)})`,
    ),
  ];
}

function changeLines({ open, opened, closed }: DigestFacts, texts: DigestTexts): string[] {
  const [isOpen, isOver] = [among(open), among(closed)];
  const others = opened.filter(alarm => !isOpen(alarm) && !isOver(alarm));
  const hasNew = opened.some(isOpen);
  if (others.length + closed.length === 0) return [hasNew ? texts.noOtherChanges : texts.noChanges];
  return [
    hasNew ? texts.otherChanges : texts.changes,
    ...listed(others, texts, alarm => `${texts.opened}: ${texts.alarm(alarm)}`),
    ...listed(closed, texts, alarm => `${texts.closed}: ${texts.ending(alarm)}`),
  ];
}

function among(alarms: readonly DigestAlarm[]): (alarm: DigestAlarm) => boolean {
  const ids = new Set(alarms.map(({ id }) => id));
  return ({ id }) => ids.has(id);
}

function listed(alarms: readonly DigestAlarm[], texts: DigestTexts, line: (alarm: DigestAlarm) => string): string[] {
  const shown = alarms.slice(0, MOST_LISTED).map(alarm => `- ${line(alarm)}`);
  const hidden = alarms.length - shown.length;
  return hidden > 0 ? [...shown, `- ${texts.more(hidden)}`] : shown;
}

function stateLines({ states, storage, proven, removed, group }: DigestFacts, texts: DigestTexts): string[] {
  const paused = states.paused ?? 0;
  const room = storage
    ? texts.storage(
        gib(storage.free),
        gib(storage.total),
        Math.round((100 * storage.free) / Math.max(storage.total, 1)),
      )
    : texts.storageAway;
  return [
    ...(paused > 0 ? [texts.paused(paused)] : []),
    ...(group === undefined ? [room] : []),
    ...(proven ? [texts.proven(proven.proven, proven.databases)] : []),
    ...(removed ? [texts.removed(removed)] : []),
  ];
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
