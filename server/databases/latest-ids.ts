import { isPresent } from '../history/conditions.ts';
import { expressions, query } from '../history/tables.ts';

const latest = expressions<'latest'>();

/** Of all of the database `d`, one entry off the end of (database_id, sorted_at, id), and so it is for the next one, with its index. */
const latestOfAll = query
  .selectFrom('backups as latest')
  .select('latest.id')
  .where(latest('latest.database_id', '=', latest.ref('d.id')))
  .orderBy('latest.database_id', 'desc')
  .orderBy('latest.sorted_at', 'desc')
  .orderBy('latest.id', 'desc')
  .limit(1);

/**
 * Of those that were not removed. MySQL sees that no more than one entry is needed only when `database_id` is in the order, where it
 * changes nothing, and `removed_at` is not: else it sorts the whole history.
 */
const latestPresent = query
  .selectFrom('backups as latest')
  .select('latest.id')
  .where(latest('latest.database_id', '=', latest.ref('d.id')))
  .where(isPresent('latest'))
  .orderBy('latest.database_id', 'desc')
  .orderBy('latest.sorted_at', 'desc')
  .orderBy('latest.id', 'desc')
  .limit(1);

/** The latest backup of the database `d`: rather one that still exists, if there is one. */
export const latestId = latest.fn.coalesce(latestPresent, latestOfAll);

/** The latest backup of the database `d` that still exists, and is not one of what a restore replaced. */
export const latestRegularId = latestPresent.where('latest.made_for', 'is', null);

const sound = expressions<'sound'>();

const latestComplete = query
  .selectFrom('backups as sound')
  .where(sound('sound.database_id', '=', sound.ref('d.id')))
  .where('sound.state', '=', 'complete')
  .where('sound.damage', 'is', null)
  .where('sound.made_for', 'is', null)
  .where(isPresent('sound'))
  .orderBy('sound.database_id', 'desc')
  .orderBy('sound.sorted_at', 'desc')
  .orderBy('sound.id', 'desc')
  .limit(1);

/** The newest complete backup of the database `d` whose stored file is sound, and which is not one of what a restore replaced. */
export const latestCompleteId = latestComplete.select('sound.id');

/** When its dump began, as the store has it: without another look at its row. */
export const latestCompleteAt = latestComplete.select('sound.sorted_at');
