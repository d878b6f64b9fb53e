/** Which SQL modes have these in them: the names that stand for several ones. */
const WITH_ANSI_QUOTES = /\b(?:ANSI_QUOTES|ANSI|DB2|MAXDB|MSSQL|ORACLE|POSTGRESQL)\b/i;
const NO_BACKSLASH_ESCAPES = /\bNO_BACKSLASH_ESCAPES\b/i;

/**
 * Follows the SQL mode that a dump sets. It tells the client, too, what a backslash is: mysqldump puts each trigger, routine
 * and event under the mode that it was created in, and the old mode back afterwards.
 */
export class SqlMode {
  #mode = '';
  readonly #saved = new Map<string, string>();

  get escapesInSingle(): boolean {
    return !NO_BACKSLASH_ESCAPES.test(this.#mode);
  }

  get escapesInDouble(): boolean {
    return this.escapesInSingle && !this.ansiQuotes;
  }

  /** Whether "…" is a name. */
  get ansiQuotes(): boolean {
    return WITH_ANSI_QUOTES.test(this.#mode);
  }

  /** Whether variables may be declared in front of BEGIN, and routines within a package. */
  get isOracle(): boolean {
    return /\bORACLE\b/i.test(this.#mode);
  }

  /** @param code of a SET statement, such as `SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'` */
  follow(code: string): void {
    if (!/sql_mode/i.test(code)) return;
    for (const [, variable, single, double, source] of code.matchAll(ASSIGNMENT)) {
      if (variable !== undefined) this.#saved.set(variable.toLowerCase(), this.#mode);
      else this.#mode = single ?? double ?? this.#saved.get(source!.toLowerCase()) ?? '';
    }
  }
}

/** `@variable = @@sql_mode`, `sql_mode = 'text'`, with quotes of either kind, or `sql_mode = @variable`. */
const ASSIGNMENT =
  /@(\w+)\s*:?=\s*@@(?:session\.)?sql_mode\b|(?<![\w@])(?:@@)?(?:session[.\s]\s*)?sql_mode\s*:?=\s*(?:'([^']*)'|"([^"]*)"|@(\w+))/gi;
