import { minuteOf } from '../../../protocol/texts/minute.ts';
import { entriesSince } from '../../audit/search-entries.ts';
import { isOneOf } from '../../history/conditions.ts';
import { countRows, readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, short } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

const DAY_MS = 86_400_000;

/** So many backups within a day someone may well forget by hand. */
const FEW_FORGOTTEN = 10;
/** And so many of all that are stored, where these are many. */
const FORGOTTEN_PART = 0.1;

/** More are not counted: by then all know. */
const MOST = 10_000;

/**
 * Finds out whether many backups are to go on purpose within a day: with a stolen token of an operator someone could want that. The
 * audit trail has who wanted it.
 */
export async function manyForgotten({ em, now, configuration }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - DAY_MS);
  const entries = await entriesSince(em, { action: 'forget', since, limit: MOST });
  if (entries.length <= FEW_FORGOTTEN) return [];
  const backups = await goingAmong(em, [...new Set(entries.flatMap(({ backupId }) => backupId ?? []))]);
  if (backups.size <= FEW_FORGOTTEN) return [];
  const stored = await countRows(em, STORED);
  if (backups.size <= stored * FORGOTTEN_PART) return [];
  const databases = new Set(entries.map(({ databaseName }) => databaseName)).size;
  const [first] = entries as [(typeof entries)[number]];
  return [
    {
      ...{ kind: 'many_forgotten', subject: 'service', severity: 'critical', since: first.at },
      summary: `${backups.size} of ${stored} backups (${databases} ${databases === 1 ? 'database' : 'databases'}) were forgotten since ${minuteOf(first.at, configuration.timezone)}, ${byWhom(entries)}`,
      advice:
        'If no one can say why: sudo lumbung token revoke NAME, then sudo lumbung take-back ID for each (backups with a removalDue in GraphQL). That is possible until their grace is over',
    },
  ];
}

/** @returns such as `by the token ops and by user root` */
function byWhom(entries: ReadonlyArray<{ readonly token: string | null; readonly detail: string | null }>): string {
  const all = [
    ...new Set(entries.map(({ token, detail }) => (token === null ? userIn(detail) : `the token ${token}`))),
  ];
  const more = all.length > 3 ? ` and ${all.length - 3} others` : '';
  return `by ${all
    .slice(0, 3)
    .map(who => short(who, 100))
    .join(', by ')}${more}`;
}

/** A command on the machine of the service has no token. */
function userIn(detail: string | null): string {
  const { system_user: user }: { system_user?: unknown } = detail === null ? {} : JSON.parse(detail);
  return typeof user === 'string' ? `user ${user}` : 'someone without a token';
}

/** @returns those that go or are gone: what someone has taken back worries no one */
async function goingAmong(em: Looking['em'], ids: readonly number[]): Promise<Set<number>> {
  const going = new Set<number>();
  for (const piece of inPieces(ids))
    for (const { id } of await readRows(em, GOING.where(isOneOf(backup.ref('b.id'), piece)))) going.add(Number(id));
  return going;
}

const backup = aliased<{ b: 'backups' }>();

const GOING = query
  .selectFrom('backups as b')
  .where(backup.or([backup('b.removal_due', 'is not', null), backup('b.removed_at', 'is not', null)]))
  .select('b.id');

const STORED = query.selectFrom('backups as b').where(backup('b.removed_at', 'is', null));
