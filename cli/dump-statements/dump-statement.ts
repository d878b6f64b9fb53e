import type { DumpedObject } from '../dump-parser/statement.ts';
import type { StatementKind } from './statement-kind.ts';
import type { StatementReading } from './statement-reading.ts';

/** A statement of a dump, as the server gets it. */
export interface DumpStatement {
  readonly kind: StatementKind;
  /** Its own bytes without the delimiter, comments in it included. They are valid until the next statement is asked for. */
  readonly bytes: Uint8Array;
  /** Where in the dump it begins, in bytes. */
  readonly at: number;
  /** What it creates, drops, fills, locks or alters. A stand-in for a view is that view. */
  readonly object: DumpedObject | undefined;
  /** Of INSERT and REPLACE; 0 for all others. */
  readonly rows: number;
  /** What was read of it; one value for all INSERTs in a row that begin alike. */
  readonly reading: StatementReading;
  /** Why mysqldump did not write it, or why it can't be told where it ends; undefined when all is well. */
  readonly doubt: string | undefined;
}
