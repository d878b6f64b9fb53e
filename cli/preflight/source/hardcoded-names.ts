import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { ObjectKind } from '../../../protocol/manifest.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';

/** What a dump writes together with the name of its database, so that it loads only into one that is called the same. */
export interface HardcodedNames {
  /**
   * Routines, triggers and events that were made while the database had another collation: mysqldump puts an ALTER
   * DATABASE around each (its function `switch_db_collation`).
   */
  readonly ofFormerCollation: readonly BoundObject[];
}

export interface BoundObject {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Of a trigger. */
  readonly table?: string;
}

/** @returns the findings about objects that are not left out on purpose */
export function hardcodedNameFindings(database: string, bound: HardcodedNames, asWanted: LeftOut): Finding[] {
  const altering = bound.ofFormerCollation.filter(
    ({ kind, table }) => !asWanted.kinds.has(kind) && !(table !== undefined && asWanted.leavesOut(table)),
  );
  if (altering.length === 0) return [];
  return [
    finding(
      'DATABASE_NAME_HARDCODED',
      `these load only where a database is called ${database}, and change its character set for a moment: ${firstNames(altering.map(({ name }) => name))}`,
      'They were made while the database had another collation. Create them again; until then restore under the same name, on another server.',
    ),
  ];
}
