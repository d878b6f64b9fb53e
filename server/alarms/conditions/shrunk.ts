import { minuteOf } from '../../../protocol/texts/minute.ts';
import { EVERYTHING } from '../../auth/scope.ts';
import { lossSentence } from '../../backups/losses/loss.ts';
import { type UnacceptedLoss, unacceptedLosses } from '../../backups/losses/unaccepted-losses.ts';
import { findingsOf } from '../../entities/backup.entity.ts';
import { type Looking, short } from '../looking/looking.ts';
import { readRosters } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the databases that have lost tables or rows, which no one has accepted. */
export async function shrunk({ em, configuration }: Looking): Promise<Condition[]> {
  const losses = await unacceptedLosses({ em, scope: EVERYTHING });
  const rosters = await readRosters(
    em,
    losses.map(({ database }) => database),
  );
  return losses.map(loss => {
    const { id, database, takenAt } = loss;
    const roster = rosters.get(database);
    return {
      ...{ kind: 'shrunk', subject: database, database, severity: 'warning', since: takenAt },
      ...(roster && { source: roster.source }),
      ...(roster?.groupName != null && { rosterGroup: roster.groupName }),
      summary: `${database} has ${whatWasLost(loss, configuration.timezone)}`,
      advice: `See what was lost, and which backup still has it, with a token of the role read: sade show ${id}. If it was removed on purpose, with a token of the role operator: sade accept ${id} --reason 'why'`,
    };
  });
}

/** @returns such as `lost table faktur (2,028 rows) since backup 34 (2026-11-27 01:30 UTC)` */
function whatWasLost({ findings, reference }: UnacceptedLoss, timezone: string): string {
  const [, what] = /^lost since backup \d+ \([^)]*\): (.*)$/s.exec(lossSentence(findingsOf({ findings }))) ?? [];
  const since = reference === null ? '' : ` since backup ${reference.id} (${minuteOf(reference.takenAt, timezone)})`;
  return `lost ${what === undefined ? 'tables or rows' : short(what)}${since}`;
}
