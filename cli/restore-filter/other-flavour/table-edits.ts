import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import { type TargetReading, type TargetServer, versionNumber } from '../rewriting/target-reading.ts';
import { columnEdits } from './column-edits.ts';
import { introducerEdits } from './introducers.ts';
import { keyEdits } from './key-edits.ts';
import { optionEdits } from './table-options.ts';
import { typesForMariaDb } from './types-for-mariadb.ts';

/**
 * @returns what a CREATE TABLE is to leave out or to write otherwise for a server of the other flavour: so the table holds the same
 * rows there
 */
export function tableEdits(reading: TargetReading, { flavour, version }: TargetServer, changes: ChangeList): Edit[] {
  const { statement } = reading;
  if (statement.reading.rules.flavour === flavour || statement.object?.kind !== 'tables') return [];
  if (statement.kind !== 'create') return [];
  const keys = keyEdits(reading, flavour, changes);
  return flavour === 'mysql'
    ? [...keys, ...columnEdits(reading, changes), ...optionEdits(reading, changes)]
    : [...keys, ...typesForMariaDb(reading, versionNumber(version), changes), ...introducerEdits(reading)];
}
