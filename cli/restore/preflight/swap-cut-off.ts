import type { Session } from '../../mysql/connect.ts';
import type { Where } from '../../preflight/source/information-schema.ts';
import { findEarlierRestore, isStagingLeft, unfinishedSwap } from '../replace/earlier-restore.ts';

/** @returns whether an earlier replace has left something that has to be finished */
export async function isSwapCutOff(session: Session, { database, ignoresCase }: Where): Promise<boolean> {
  const earlier = await findEarlierRestore(session, database, ignoresCase);
  return unfinishedSwap(earlier) !== undefined || isStagingLeft(earlier) !== undefined;
}
