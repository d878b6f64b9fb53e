import type { DefinitionNeeds, Inventory } from '../../protocol/manifest.ts';
import type { Program } from './dump-header.ts';
import type { Occasion } from './known-statements.ts';
import type { Misreading } from './misreading.ts';
import type { QualifiedNames } from './own-names.ts';
import type { DumpedObject } from './statement.ts';

/** What a dump was seen to hold. */
export interface DumpContents {
  readonly inventory: Inventory;
  /** Of all its INSERT statements. */
  readonly rows: number;
  /** As the comments of its header tell; null where it does not say. */
  readonly server: Program | null;
  readonly client: Program | null;
  /** Of its SET NAMES. */
  readonly characterSet: string | null;
  /** Where it stands in the server's log, as its CHANGE MASTER or CHANGE REPLICATION SOURCE tells, in a comment or not. */
  readonly binlog: { readonly file: string; readonly position: number } | null;
  /** Of its GTID_PURGED or gtid_slave_pos, in a comment or not. */
  readonly gtid: string | null;
  /** Its last line begins with `-- Dump completed`, outside of any statement, string and comment. */
  readonly endsWithMarker: boolean;
  /** It does not end within a statement, a string, a block comment, or under a DELIMITER that is not `;`. */
  readonly isBalanced: boolean;
  /** What the mysql client that restores it reads otherwise than the server meant it, and so does not load as it was. */
  readonly misreadings: readonly Misread[];
  /** Statements that mysqldump does not write, as they begin. */
  readonly unexpected: readonly string[];
  /** On which occasions only some of its statements are mysqldump's, with how the first of them begins. */
  readonly occasions: ReadonlyMap<Occasion, string>;
  /** The databases that its statements name in front of what they create, fill or change. */
  readonly databases: readonly string[];
  /** Definitions that name the database which was dumped, in front of their own name or within. */
  readonly naming: readonly Naming[];
  /** What its definitions need of the server that loads them. */
  readonly needs: DefinitionNeeds;
  /** Its longest statement, and the table that this fills, if it fills one. A server takes none above its max_allowed_packet. */
  readonly longestStatement: { readonly bytes: number; readonly table: string | undefined };
}

/** Something that the client misreads, and of what. */
export interface Misread {
  readonly what: Misreading;
  readonly object: DumpedObject;
}

/** What names its own database, or sequences of another one. */
export interface Naming extends QualifiedNames {
  readonly object: DumpedObject;
  /** The database as it stands in front of its own name, or in front of the table of a trigger. */
  readonly ownName?: string | undefined;
}
