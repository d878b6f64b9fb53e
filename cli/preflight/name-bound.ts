import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { ObjectKind } from '../../protocol/manifest.ts';
import type { LeftOut } from '../dump-options.ts';

/** What a dump writes together with the name of its database, so that it loads only into one that is called the same. */
export interface NameBound {
  /**
   * Routines, triggers and events that were made while the database had another collation: mysqldump puts an ALTER
   * DATABASE around each (its function `switch_db_collation`).
   */
  readonly ofFormerCollation: readonly BoundObject[];
  /** Tables with a column whose default is the next value of a sequence, which MariaDB writes with its database. */
  readonly drawFromSequence: readonly string[];
}

export interface BoundObject {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Of a trigger. */
  readonly table?: string;
}

/** @returns what there is to be told, of what is not left out on purpose */
export function nameBoundFindings(database: string, bound: NameBound, asWanted: LeftOut): Finding[] {
  const altering = bound.ofFormerCollation.filter(
    ({ kind, table }) => !asWanted.kinds.has(kind) && !(table !== undefined && asWanted.leavesOut(table)),
  );
  const drawing = sequenceTables(bound, asWanted);
  return [
    ...(altering.length === 0
      ? []
      : [
          finding(
            'NAME_BOUND',
            `these load only where a database is called ${database}, and change its character set for a moment: ${firstNames(altering.map(({ name }) => name))}`,
            'They were made while the database had another collation. Create them anew; until then restore under the same name, on another server.',
          ),
        ]),
    ...(drawing.length === 0
      ? []
      : [
          finding(
            'NAME_BOUND',
            `these tables load only where a database is called ${database}, and draw from the sequences there: ${firstNames(drawing)}`,
            'MariaDB writes DEFAULT nextval() with the name of the database. Restore under the same name, on another server.',
          ),
        ]),
  ];
}

/** @returns options with which such tables load: while one is locked, the sequence that it draws from can't be used */
export function nameBoundConcessions(bound: NameBound, asWanted: LeftOut): string[] {
  return sequenceTables(bound, asWanted).length > 0 ? ['--skip-add-locks'] : [];
}

function sequenceTables({ drawFromSequence }: NameBound, asWanted: LeftOut): string[] {
  return asWanted.kinds.has('tables') ? [] : drawFromSequence.filter(table => !asWanted.leavesOut(table));
}
