import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import { mappedCollation } from '../preflight/collations.ts';

/** How the database is made. */
export interface Defaults {
  readonly characterSet: string;
  readonly collation: string;
}

/** @returns the defaults of the database that was dumped, with the collations that were asked for; undefined where they are not known */
export function defaultsOf({ backup, wish }: Pick<PreparedRestore, 'backup' | 'wish'>): Defaults | undefined {
  const { character_set: characterSet, collation } = backup.manifest?.source ?? {};
  if (!characterSet || !collation) return undefined;
  const wanted = mappedCollation(collation, wish.collations);
  // A collation begins with the name of its character set; on MariaDB those of uca1400 need not.
  const isSame = wanted === collation || !/^[a-z0-9]+_/.test(wanted);
  return { characterSet: isSame ? characterSet : wanted.split('_')[0]!, collation: wanted };
}

/** Makes the database, or gives an empty one that is there the defaults of the one that was dumped. */
export async function makeDatabase(session: Session, prepared: PreparedRestore): Promise<void> {
  const { action } = prepared.plan;
  const name = quotedName(prepared.target.database);
  const defaults = defaultsOf(prepared);
  const clause = defaults ? ` character set ${defaults.characterSet} collate ${defaults.collation}` : '';
  if (action === 'create') await session.ask(`create database ${name}${clause}`);
  if (action === 'fill' && defaults && prepared.wish.parts !== 'data')
    await session.ask(`alter database ${name}${clause}`);
}
