import { detailOf, isAcknowledged, type OpenCause } from '../../../alarms/list-open.ts';
import { type EndedAlarm, endingOf } from '../../../alarms/model/ending.ts';
import type { ListedAlarm } from '../../../alarms/search-alarms.ts';
import { ALARM_KINDS, type AlarmKind } from '../../../configuration/alarm-kinds.ts';
import { alarmInIndonesian, endingInIndonesian } from '../../../digest/alarms-in-indonesian.ts';
import { type Html, html } from '../../shell/html.ts';
import { databaseLink, status } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { KIND_TEXTS } from './kind-texts.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** @returns what a kind is called; a later version may have stored one that this one does not know */
export function kindName(view: View, kind: string): string {
  const known = knownKind(kind);
  return known ? KIND_TEXTS[view.language].name[known] : kind;
}

/** @returns one sentence. What the service wrote is in English; in Indonesian it is fewer words */
export function alarmSentence(view: View, alarm: ListedAlarm): string {
  const known = knownKind(alarm.kind);
  return view.language === 'id' && known
    ? alarmInIndonesian({ kind: known, subject: subjectInIndonesian(alarm) })
    : alarm.summary;
}

/** A damaged backup is known by its database: the name of its zip has 70 characters. */
function subjectInIndonesian({ kind, subject, databaseName }: ListedAlarm): string {
  return kind === 'damaged' && databaseName !== null ? `Cadangan ${databaseName}` : subject;
}

/** @returns the sentence of the service, where the page has said it in another language */
export function inEnglish(view: View, { summary }: ListedAlarm): Html | undefined {
  return view.language === 'en' ? undefined : html`<p lang="en">${summary}</p>`;
}

/** @returns the headline of a cause: of several alarms how many there are of what, and why */
export function causeHeadline(view: View, { kind, source, cause, alarms }: OpenCause): string {
  const known = knownKind(kind);
  if (alarms.length === 1 || !known) return alarmSentence(view, alarms[0]!);
  const from = source === null ? '' : ` (${source})`;
  const why = cause === null ? '' : `: ${cause}`;
  return `${view.format.number(alarms.length)} ${KIND_TEXTS[view.language].many[known]}${from}${why}`;
}

/** @returns how an alarm ended */
export function endingSentence(view: View, alarm: ListedAlarm): string {
  const known = knownKind(alarm.kind);
  if (!known) return alarm.summary;
  const ended: EndedAlarm = { ...alarm, kind: known, detail: detailOf(alarm) };
  return view.language === 'id'
    ? endingInIndonesian({ ...ended, subject: subjectInIndonesian(alarm), detail: detailOf(alarm) })
    : endingOf(ended);
}

/** How pressing it is, with its shape. */
export function severity(view: View, { severity }: Pick<ListedAlarm, 'severity'>): Html {
  return status(severity === 'critical' ? 'damaged' : 'incomplete', ALERTS_TEXTS[view.language].severities[severity]);
}

/** Who sees to it, and until when; nothing where no one does. */
export function acknowledgement(view: View, alarm: ListedAlarm): Html | undefined {
  const t = ALERTS_TEXTS[view.language];
  const { acknowledgedBy, acknowledgedFor, acknowledgedUntil } = alarm;
  if (!isAcknowledged(alarm, view.now)) return undefined;
  const end = acknowledgedUntil ? html`${t.until} ${view.format.at(acknowledgedUntil)}` : t.untilOver;
  return html`<p class="acknowledged">${t.acknowledgedBy(acknowledgedBy ?? '?')}, ${end}: <q>${acknowledgedFor}</q></p>`;
}

/** Where to look next: the database, the runs of the source, the drills or the channels. */
export function nextLinks(view: View, { kind, source, databaseName }: ListedAlarm): Html[] {
  const t = ALERTS_TEXTS[view.language];
  return [
    databaseName !== null && databaseLink(view, databaseName),
    source !== null && OF_RUNS.has(kind) && html`<a href="${view.link('/runs', { source })}">${t.toRuns(source)}</a>`,
    OF_DRILLS.has(kind) && html`<a href="${view.link('/drills')}">${t.toDrills}</a>`,
    kind === 'channel_failing' && html`<a href="${view.link('/alerts')}#channels">${t.toChannels}</a>`,
  ].filter(link => link !== false);
}

const OF_RUNS: ReadonlySet<string> = new Set<AlarmKind>([
  ...(['late', 'critical', 'never', 'dropped', 'run_failed', 'run_missing'] as const),
  ...(['incomplete', 'shrunk', 'clock_ahead'] as const),
]);
const OF_DRILLS: ReadonlySet<string> = new Set<AlarmKind>(['drill_failed', 'drill_due']);

function knownKind(kind: string): AlarmKind | undefined {
  return ALARM_KINDS.find(known => known === kind);
}
