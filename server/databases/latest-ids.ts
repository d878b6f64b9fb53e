import { expressions, query } from '../history/tables.ts';

const latest = expressions<'latest'>();

/**
 * The latest backup of the database `d`: one entry off the end of (database_id, sorted_at, id). MySQL sees that no more is
 * needed only when `database_id` is in the order, where it changes nothing: without, it sorts the whole history.
 */
export const latestId = query
  .selectFrom('backups as latest')
  .select('latest.id')
  .where(latest('latest.database_id', '=', latest.ref('d.id')))
  .orderBy('latest.database_id', 'desc')
  .orderBy('latest.sorted_at', 'desc')
  .orderBy('latest.id', 'desc')
  .limit(1);

const sound = expressions<'sound'>();

/** The newest complete backup of the database `d` whose stored file is sound, and which is not one of what a restore replaced. */
export const latestCompleteId = query
  .selectFrom('backups as sound')
  .select('sound.id')
  .where(sound('sound.database_id', '=', sound.ref('d.id')))
  .where('sound.state', '=', 'complete')
  .where('sound.damage', 'is', null)
  .where('sound.made_for', 'is', null)
  .orderBy('sound.database_id', 'desc')
  .orderBy('sound.sorted_at', 'desc')
  .orderBy('sound.id', 'desc')
  .limit(1);
