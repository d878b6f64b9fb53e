import { restoredName } from '../../../protocol/database-name.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { ExplainedError } from '../../errors.ts';
import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { MadeDatabase } from './earlier-restore.ts';
import { askPlaces, type Place } from './moves.ts';
import { STATE_TABLE } from './replace-names.ts';
import type { ReplaceOrder } from './replace-order.ts';
import { type RestoreState, StateTable } from './state-table.ts';

/**
 * Makes the staging database again, marked as ours. What an earlier restore has left there is dropped: it never holds anything but what
 * came out of a backup.
 */
export async function makeStaging(
  session: Session,
  { staging, left }: { staging: string; left: MadeDatabase },
  { database, backup, defaults, expected, again }: ReplaceOrder,
): Promise<StateTable> {
  if (left.kind === 'foreign') throw new Error(`${staging} is not ours`);
  if (expected.inventory.tables.some(({ name }) => name.toLowerCase() === STATE_TABLE))
    throw new ExplainedError(
      `the backup holds a table ${STATE_TABLE}, which has the name of the one that a restore makes`,
      {
        advice: `Restore it into a database of its own: ${again({ into: restoredName(database), replace: undefined })}`,
      },
    );
  if (left.kind !== 'absent') await session.ask(`drop database ${quotedName(staging)}`);
  const characters = defaults ? ` character set ${defaults.characterSet} collate ${defaults.collation}` : '';
  await session.ask(`create database ${quotedName(staging)}${characters}`);
  const table = new StateTable(session, staging);
  await table.create(loadingState(database, backup.fileName));
  return table;
}

/** Drops the staging database after a swap. @throws {ExplainedError} where a table is still in it: then it is not dropped */
export async function dropStaging(session: Session, place: Place): Promise<void> {
  const { staging } = place.names;
  const left = [...(await askPlaces(session, place)).staging];
  if (left.length > 0)
    throw new ExplainedError(`the database ${staging} still holds tables after the swap: ${firstNames(left)}`, {
      advice: `They came with the backup or were made since. If no one needs them: DROP DATABASE ${quotedName(staging)};`,
    });
  await session.ask(`drop database if exists ${quotedName(staging)}`);
}

function loadingState(database: string, backup: string): RestoreState {
  return { state: 'loading', database, backup, begun: new Date().toISOString() };
}
