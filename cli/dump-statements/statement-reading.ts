import type { Occasion } from '../dump-parser/known-statements.ts';
import type { ReadingRules, ServerToken } from '../dump-parser/server-reading/server-reading.ts';

/** What a statement says, as the server reads it; of an INSERT only what stands in front of its rows. */
export interface StatementReading {
  /** Their places are bytes of the statement. Of a table's columns there is little: `isShallow` of the rules. */
  readonly tokens: readonly ServerToken[];
  /** The rules that the tokens were read by. */
  readonly rules: ReadingRules;
  /** Whether the SQL mode is one of ORACLE's. */
  readonly isOracle: boolean;
  /** Makes text of a token's, in the character set that the server reads the statement in. */
  readonly decode: (text: string) => string;
  /** How it begins, shortened, without the contents of its strings: fit to be shown. */
  readonly beginning: string;
  /** The databases that it names in front of what it creates, fills, drops or alters. */
  readonly databases: readonly string[];
  /** Whether it creates a stand-in for a view, which is replaced later. */
  readonly isStandIn: boolean;
  /** On which occasion only mysqldump writes such a statement. */
  readonly occasion: Occasion | undefined;
}
