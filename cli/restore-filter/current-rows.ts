import type { ServerToken } from '../dump-parser/server-reading/server-reading.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { ChangeList } from './rewriting/change-list.ts';
import { valuesIn } from './rewriting/row-parts.ts';
import { type TargetReading, type TargetServer, versionNumber } from './rewriting/target-reading.ts';

/**
 * A row of a table with system versioning is current as long as it ends at the end of time. Until MariaDB 11.4 that was in 2038, and
 * since 11.5 it is in 2106 (MDEV-32188): there the current rows of an older dump would all be history, and the table empty.
 * `mariadb-dump --update-history` writes the same for a dump by hand. It is the only value that a restore changes.
 */
export class CurrentRows {
  readonly #isNew: boolean;
  readonly #changes: ChangeList;
  /** The column in which the rows of a table end, where it has a name of its own. */
  readonly #columns = new Map<string, string>();
  /** Which value of the rows that come now is their end. */
  #at = -1;

  constructor(target: TargetServer, changes: ChangeList) {
    this.#isNew = endsIn2106(target);
    this.#changes = changes;
  }

  created(table: string, tokens: readonly ServerToken[]): void {
    if (!this.#isNew) return;
    const at = tokens.findIndex((_, i) => ['AS', 'ROW', 'END'].every((word, n) => wordOf(tokens[i + n]) === word));
    const column = tokens.slice(0, Math.max(at, 0)).findLast(({ kind }) => kind === 'name');
    if (column === undefined) this.#columns.delete(table);
    else this.#columns.set(table, column.text);
  }

  /** Looks at the columns of an INSERT. */
  look({ object, reading }: DumpStatement, { tokens }: TargetReading): void {
    this.#at = -1;
    if (!this.#isNew || !isBefore2106(reading.rules.version)) return;
    const open = tokens.findIndex(({ text, kind }) => kind === 'sign' && text === '(');
    const columns = tokens.slice(open + 1).filter(({ kind }) => kind !== 'sign');
    const own = this.#columns.get(object!.name);
    this.#at = columns.findIndex(token => (token.kind === 'name' ? token.text === own : wordOf(token) === 'ROW_END'));
  }

  /** @returns an INSERT whose current rows are current on the new server, too */
  kept(statement: DumpStatement): DumpStatement {
    if (this.#at < 0) return statement;
    const bytes = new Uint8Array(statement.bytes);
    let isChanged = false;
    for (const { at, end } of valuesIn(statement, this.#at)) {
      if (!OLD_END.equals(bytes.subarray(at, end))) continue;
      bytes.set(NEW_END, at);
      isChanged = true;
    }
    if (!isChanged) return statement;
    this.#changes.add('changed', 'the end of current rows written as 2106, not 2038: MDEV-32188', statement.object);
    return { ...statement, bytes };
  }
}

/** In UTC, as a dump has its times. */
const OLD_END = Buffer.from("'2038-01-19 03:14:07.999999'");
const NEW_END = Buffer.from("'2106-02-07 06:28:15.999999'");

function endsIn2106({ flavour, version }: TargetServer): boolean {
  return flavour === 'mariadb' && !isBefore2106(versionNumber(version), /enterprise/i.test(version));
}

function isBefore2106(version: number | undefined, isEnterprise = false): boolean {
  return version === undefined || version < (isEnterprise ? 110_400 : 110_500);
}

function wordOf(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
