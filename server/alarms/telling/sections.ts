import type { AlarmState } from '../model/alarm-state.ts';
import { endingOf, subjectOf } from '../model/ending.ts';
import { KINDS } from '../model/kinds.ts';
import type { News } from './what-to-tell.ts';

/** What a message says in one place: one cause, then all that it has caused. */
export interface Section {
  readonly as: News['as'];
  /** The only sentence, or how many there are of what, and why. */
  readonly headline: string;
  /** One line for each, without those of which the headline has said all. */
  readonly entries: readonly string[];
  readonly advice: readonly string[];
  readonly isCritical: boolean;
  /** How many things it is about. */
  readonly count: number;
  /** At least one. */
  readonly alarms: readonly [AlarmState, ...AlarmState[]];
}

/** @returns the sections of a message, the most pressing first, of those the ones about most databases, what is over last */
export function sectionsOf(news: readonly News[]): Section[] {
  const groups = Map.groupBy(news, ({ alarm: { groupKey, kind, detail }, as }) =>
    JSON.stringify([as, as === 'closed' ? '' : groupKey, kind, as === 'closed' ? '' : (detail.cause ?? '')]),
  );
  return [...groups.values()].map(sectionOf).sort((one, other) => rank(one) - rank(other) || other.count - one.count);
}

function sectionOf(news: readonly News[]): Section {
  const [first] = news as [News, ...News[]];
  const isCritical = news.some(({ alarm }) => alarm.severity === 'critical');
  const advice = first.as === 'closed' ? [] : [...new Set(news.map(({ alarm }) => alarm.detail.advice))];
  const alarms = [first.alarm, ...news.slice(1).map(({ alarm }) => alarm)] as const;
  const base = { as: first.as, advice, isCritical, alarms };
  if (news.length === 1) {
    const { alarm } = first;
    const headline = first.as === 'closed' ? `Over: ${sentence(first)}` : `${LEAD[first.as]}${alarm.summary}`;
    const entries = explained(first);
    return { ...base, headline, entries, count: Math.max(entries.length, 1) };
  }
  return { ...base, headline: headlineOf(news), entries: news.map(entryOf), count: news.length };
}

function headlineOf(news: readonly News[]): string {
  const { alarm, as } = news[0]!;
  const from = alarm.source === null ? '' : ` (${alarm.source})`;
  const cause = alarm.detail.cause === undefined ? '' : `: ${alarm.detail.cause}`;
  if (as === 'closed') return `Over: ${news.length} ${endingOfMany(news)}`;
  return `${LEAD[as]}${news.length} ${KINDS[alarm.kind].many}${from}${cause}`;
}

/** What a person reads first who has read the one before. */
const LEAD: Readonly<Record<News['as'], string>> = {
  opened: '',
  worse: 'Worse: ',
  closed: '',
  reminder: 'Still: ',
  flapping: 'Comes and goes: ',
  stable: 'No longer comes and goes: ',
};

function entryOf(news: News): string {
  const { alarm, as } = news;
  if (as === 'closed') return sentence(news);
  // The headline has said the cause.
  return alarm.detail.cause !== undefined && alarm.databaseName !== null ? alarm.databaseName : alarm.summary;
}

function endingOfMany(news: readonly News[]): string {
  const { kind } = news[0]!.alarm;
  const { over, many, manyOver } = KINDS[kind];
  // One that was retired has no complete backup: its own line says how it ended.
  const isAlike = news.every(({ alarm }) => endingOf(alarm) === `${subjectOf(alarm)} ${over}`);
  return isAlike ? manyOver : `alarms (${many})`;
}

/** The databases that an alarm explains. */
function explained({ alarm, as }: News): string[] {
  return as === 'closed' ? [] : (alarm.detail.databases ?? []).map(name => `${name}`);
}

function sentence({ alarm }: News): string {
  const { openedAt, closedAt, toldAs, summary } = alarm;
  const ending = endingOf(alarm);
  const span = spanOf(openedAt, closedAt!);
  // Both came within one wait or one night: its reader gets both together.
  return toldAs === null ? `${summary}; after ${span} ${ending}` : `${ending} (${span} after the alarm)`;
}

/** @returns such as `3 h` */
function spanOf(from: Date, to: Date): string {
  const minutes = Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

const ORDER: Readonly<Record<News['as'], number>> = {
  worse: 0,
  opened: 1,
  flapping: 2,
  reminder: 3,
  stable: 4,
  closed: 5,
};

function rank({ as, isCritical }: Section): number {
  return as === 'closed' ? 100 : (isCritical ? 0 : 10) + ORDER[as];
}
