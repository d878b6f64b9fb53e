import type { Session } from '../../mysql/connect.ts';
import type { Where } from '../../preflight/source/information-schema.ts';
import { findEarlierRestore, isStagingLeft, unfinishedSwap } from '../replace/earlier-restore.ts';
import type { RestoreState } from '../replace/state-table.ts';

/** @returns the state of an earlier replace that has left something which has to be finished; undefined without one */
export async function swapCutOff(
  session: Session,
  { database, ignoresCase }: Where,
): Promise<RestoreState | undefined> {
  const earlier = await findEarlierRestore(session, database, ignoresCase);
  return unfinishedSwap(earlier) ?? isStagingLeft(earlier);
}
