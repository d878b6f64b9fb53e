import { isLoss } from '../../../protocol/finding.ts';
import { latestRegularId } from '../../databases/latest-ids.ts';
import { findingsOf, worstFindingOf } from '../../entities/backup.entity.ts';
import { isOneOf } from '../../history/conditions.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, NEW_WITHIN_MS } from '../looking/looking.ts';
import { readRosters } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the databases whose newest backup is incomplete. */
export async function incomplete({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const fresh = await readRows(em, INCOMPLETE.where('b.sorted_at', '>=', since));
  const names = [...new Set([...openSubjects('incomplete'), ...fresh.map(({ name }) => name)])];
  const rosters = await readRosters(em, names);
  const conditions: Condition[] = [];
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, NEWEST.where(isOneOf(eb.ref('d.name'), piece)));
    const bad = rows.filter(({ state }) => state === 'incomplete');
    const causes = await causesBesideLosses({ em }, bad);
    for (const { name, id, worstFinding, receivedAt } of bad) {
      const finding = causes.has(id) ? causes.get(id) : worstFindingOf({ worstFinding });
      const roster = rosters.get(name);
      conditions.push({
        ...{ kind: 'incomplete', subject: name, database: name, severity: 'warning', since: receivedAt },
        ...(roster && { source: roster.source }),
        ...(roster?.groupName != null && { rosterGroup: roster.groupName }),
        summary: `The newest backup of ${name} is incomplete${finding ? ` (${finding})` : ''}`,
        advice: `Check what is missing, with a token of the role read, and fix it before the next run: sade show ${id}`,
      });
    }
  }
  return conditions;
}

/**
 * What was lost weighs most of the findings of a backup, but it does not make one incomplete: what does is behind it.
 * @returns for each id of those whose worst finding is a loss the code of what makes it incomplete, undefined where only a
 *   loss is said to do so
 */
async function causesBesideLosses(
  { em }: Pick<Looking, 'em'>,
  backups: ReadonlyArray<{ readonly id: number; readonly worstFinding: string | null }>,
): Promise<ReadonlyMap<number, string | undefined>> {
  const ids = backups.filter(backup => isLoss(worstFindingOf(backup) ?? '')).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await readRows(em, FINDINGS.where(isOneOf(eb.ref('b.id'), ids)));
  return new Map(
    rows.map(row => [
      row.id,
      findingsOf(row).find(({ code, severity }) => severity === 'incomplete' && !isLoss(code))?.code,
    ]),
  );
}

const eb = aliased<{ b: 'backups'; d: 'databases' }>();

const INCOMPLETE = query
  .selectFrom('backups as b')
  .innerJoin('databases as d', 'd.id', 'b.database_id')
  .where('b.state', '=', 'incomplete')
  .select('d.name')
  .distinct();

const FINDINGS = query.selectFrom('backups as b').select(['b.id', 'b.findings']);

const NEWEST = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', latestRegularId))
  .select(['d.name', 'b.id', 'b.state', 'b.worst_finding as worstFinding', 'b.received_at as receivedAt']);
