import { quotedName } from '../../mysql/quoted-name.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import type { RestoreResult } from './restore-result.ts';

/**
 * @returns in sentences, what a restore that ended early has left on the server, and how to start again; what it has loaded is never
 *   dropped by itself: it may have taken hours, and all but the last view may be in it
 */
export function leftBehind(
  { plan, target: { database }, wish, call }: PreparedRestore,
  result: RestoreResult,
): string[] {
  if (result.isTargetUnchanged) return [unchanged(database, result), ...safetyOf(result)];
  const name = quotedName(database);
  switch (plan.action) {
    case 'replace':
      return [...result.notes, ...safetyOf(result)];
    case 'add tables':
      return [
        `Some of the tables ${wish.tables!.join(', ')} may be in ${database} now, and are not whole. Its other tables were not touched.`,
        `To start again: DROP TABLE IF EXISTS ${wish.tables!.map(table => quotedName(database, table)).join(', ')}; then: ${call.again()}`,
      ];
    case 'create':
      return [
        `The database ${database}, which this restore has made, is only half restored: do not use it.`,
        `To start again: DROP DATABASE ${name}; then: ${call.again()}`,
      ];
    case 'fill':
      return [
        `The database ${database}, which was empty before, is only half restored: do not use it.`,
        `To start again: DROP DATABASE ${name}; then, which makes it: ${call.again()}`,
      ];
  }
}

function unchanged(database: string, { stagingDatabase: staging }: RestoreResult): string {
  if (staging === undefined) return 'Nothing was changed on the server.';
  return `Nothing was changed in ${database}. What was loaded so far is in ${staging}, which the next --replace of ${database} drops; or: DROP DATABASE IF EXISTS ${quotedName(staging)};`;
}

/** No one should have to look for it. */
function safetyOf({ safetyBackup }: RestoreResult): string[] {
  return safetyBackup === undefined ? [] : [`The backup that was made before is kept: ${safetyBackup}.`];
}
