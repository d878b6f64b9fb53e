import { EVERYTHING } from '../../auth/scope.ts';
import { unacceptedLosses } from '../../backups/losses/unaccepted-losses.ts';
import type { Looking } from '../looking/looking.ts';
import { readRosters } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the databases that have lost tables or rows, which no one has accepted. */
export async function shrunk({ em }: Looking): Promise<Condition[]> {
  const losses = await unacceptedLosses({ em, scope: EVERYTHING });
  const rosters = await readRosters(
    em,
    losses.map(({ database }) => database),
  );
  return losses.map(({ id, database, takenAt, shrunkFrom }) => {
    const roster = rosters.get(database);
    return {
      ...{ kind: 'shrunk', subject: database, database, severity: 'warning', since: takenAt },
      ...(roster && { source: roster.source }),
      ...(roster?.groupName != null && { rosterGroup: roster.groupName }),
      summary: `${database} has lost tables or rows: compare backup ${id} with ${shrunkFrom}`,
      advice: `See what was lost: sade show ${id}. If that was intended: sade accept ${id} --reason '…'`,
    };
  });
}
