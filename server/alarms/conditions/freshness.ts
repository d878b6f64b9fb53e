import { minuteOf } from '../../../protocol/texts/minute.ts';
import { shellCommand, shellFlag } from '../../../protocol/texts/shell-word.ts';
import type { Watched } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/**
 * @param timezone IANA: of what the messages say
 * @returns the conditions `late`, `critical`, `never` and `dropped` of the databases in these states
 */
export function freshnessConditions(bad: readonly Watched[], timezone: string): Condition[] {
  return bad.flatMap(watched => {
    const texts = textsOf(watched, (at: Date) => minuteOf(at, timezone));
    if (!texts) return [];
    const { name, stateSince, roster } = watched;
    const source = roster?.source;
    return [
      {
        ...{ subject: name, database: name, since: stateSince, ...texts },
        ...(source !== undefined && { source }),
        ...(roster?.groupName != null && { rosterGroup: roster.groupName }),
      },
    ];
  });
}

type Texts = Pick<Condition, 'kind' | 'severity' | 'summary' | 'advice'>;

function textsOf({ name, state, dueAt, roster, ...rest }: Watched, shown: (at: Date) => string): Texts | undefined {
  const last = lastInWords(rest, shown);
  const due = dueAt ? `, the next was due ${shown(dueAt)}` : '';
  const host = roster ? ` on ${roster.source}` : '';
  switch (state) {
    case 'late':
      return {
        ...{ kind: 'late', severity: 'warning', summary: `${name} is late: ${last}${due}` },
        advice: `Check the last run${host}: sade doctor, and the cron job of sade backup`,
      };
    case 'critical':
      return {
        ...{ kind: 'critical', severity: 'critical', summary: `${name} has missed two backups: ${last}` },
        advice: `Back it up now${host}: sade backup ${shellFlag('--only', name)}`,
      };
    case 'never':
      return {
        ...{
          kind: 'never',
          severity: 'warning',
          summary: `${name} is on a list, but has never had a complete backup${due && `; the first was due ${shown(dueAt!)}`}`,
        },
        advice: `Back it up${host}: sade backup ${shellFlag('--only', name)}`,
      };
    case 'dropped':
      return {
        ...{
          kind: 'dropped',
          severity: 'warning',
          summary: droppedSummary(name, roster && { ...roster, goneAt: roster.goneAt && shown(roster.goneAt) }),
        },
        advice: `Put it back into databases.json${host}; if it is no longer used: ${shellCommand('sudo lumbung retire', name, ['--reason WHY'])}`,
      };
    default:
      return undefined;
  }
}

const HOUR_MS = 3_600_000;

function lastInWords(
  {
    lastCompleteReceivedAt: receivedAt,
    lastCompleteCountsAt: countsAt,
  }: Pick<Watched, 'lastCompleteReceivedAt' | 'lastCompleteCountsAt'>,
  shown: (at: Date) => string,
): string {
  if (!receivedAt) return 'it has no complete backup';
  const received = `its last complete backup was received ${shown(receivedAt)}`;
  const isOld = countsAt !== null && receivedAt.getTime() - countsAt.getTime() > HOUR_MS;
  return isOld ? `${received}, but its dump is older, so that it counts from ${shown(countsAt)}` : received;
}

function droppedSummary(name: string, roster: { source: string; goneAt: string | null } | undefined): string {
  if (!roster) return `${name} is no longer on any list`;
  const since = roster.goneAt ? `, and has been missing there since ${roster.goneAt}` : '';
  return `${name} is no longer on any list: it was last on the list of ${roster.source}${since}`;
}
