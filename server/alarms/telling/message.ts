import type { Notification, NotifiedAlarm, PageLinks } from '../../notifications/notification.ts';
import { STABLE_AFTER_MS } from '../changes/flapping.ts';
import { type Section, sectionsOf } from './sections.ts';
import type { News } from './what-to-tell.ts';

/** So many entries of a section are listed; no one reads more at three in the morning. */
const MOST_ENTRIES = 50;

/**
 * Writes what is told as one message.
 * @param news at least one, each with the id of its row
 * @param pages undefined: without links
 */
export function messageOf(news: readonly News[], now: Date, pages?: PageLinks): Notification {
  const sections = sectionsOf(news);
  const links = pages && sections.map(section => pageOf(section, pages));
  return {
    kind: 'alarms',
    title: titleOf(sections),
    lines: [...sections.flatMap((section, at) => linesOf(section, links?.[at])), ...closing(news)],
    severity: severityOf(news),
    at: now.toISOString(),
    alarms: news.map(item => notified(item, pages)),
    ...(links && { url: links.length === 1 ? links[0] : pages.alarms(), links: [...new Set(links)] }),
  };
}

function titleOf(sections: readonly Section[]): string {
  const [first, ...others] = sections as [Section, ...Section[]];
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first.headline}${more}`;
}

/** Of one that is over, what its database has now is what one wants to see; of a cause, one alarm shows the others. */
function pageOf({ as, alarms: [first, ...others] }: Section, pages: PageLinks): string {
  if (as !== 'closed') return pages.alarm(first.id!);
  if (others.length > 0) return pages.alarms();
  return first.databaseName === null ? pages.alarm(first.id!) : pages.database(first.databaseName);
}

function linesOf({ as, headline, entries, advice }: Section, link: string | undefined): string[] {
  const shown = entries.slice(0, MOST_ENTRIES).map(entry => `- ${entry}`);
  const hidden = entries.length - shown.length;
  return [
    headline,
    ...shown,
    ...(hidden > 0 ? [`- … and ${hidden} more`] : []),
    ...(as === 'flapping' ? [SILENCE] : []),
    ...advice.slice(0, 3).map(text => `What to do: ${text}`),
    ...(link === undefined ? [] : [`On the dashboard: ${link}`]),
    '',
  ];
}

const SILENCE = `No more messages about this until it has not changed for ${STABLE_AFTER_MS / 86_400_000} days; the digest lists it meanwhile.`;

/** The command can be pasted as it is. */
const MOST_IDS = 20;

/** How to stop the reminders: only where some will come. */
function closing(news: readonly News[]): string[] {
  const open = news.filter(({ alarm }) => alarm.closedAt === null).map(({ alarm }) => alarm.id!);
  if (open.length === 0) return [];
  const ids = open.slice(0, MOST_IDS).join(' ');
  const more =
    open.length > MOST_IDS ? [`These are ${MOST_IDS} of ${open.length} alarms. All: sudo lumbung alarms`] : [];
  return [`Reminders stop when someone acknowledges it: sudo lumbung alarms acknowledge ${ids} --reason WHY`, ...more];
}

function severityOf(news: readonly News[]): Notification['severity'] {
  const open = news.filter(({ alarm }) => alarm.closedAt === null);
  if (open.length === 0) return 'info';
  return open.some(({ alarm }) => alarm.severity === 'critical') ? 'critical' : 'warning';
}

/** @returns the alarm as channels that other programs read get it */
export function notified({ alarm, as }: News, pages?: PageLinks): NotifiedAlarm {
  const { id, kind, subject, databaseName, source, severity, openedAt, closedAt, summary, detail } = alarm;
  return {
    ...{ id: id!, kind, subject, severity, summary, advice: detail.advice, since: openedAt.toISOString() },
    ...(databaseName !== null && { database: databaseName }),
    ...(source !== null && { source }),
    ...(closedAt && { until: closedAt.toISOString() }),
    ...(pages && { url: pages.alarm(id!) }),
    state: closedAt ? 'closed' : as === 'reminder' ? 'reminder' : 'open',
  };
}
