import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { StatementReading } from '../dump-statements/statement-reading.ts';
import { CurrentRows } from './current-rows.ts';
import type { FilterOptions } from './filter-options.ts';
import { checkFlavour, checkHistory } from './other-flavour/other-flavour.ts';
import { checkLength, PACKET_OVERHEAD } from './packet-limit.ts';
import type { ChangeList } from './rewriting/change-list.ts';
import { checkNames } from './rewriting/check-names.ts';
import { databaseEdits } from './rewriting/database-names.ts';
import { edited } from './rewriting/edits.ts';
import { isElsewhere } from './rewriting/outside-reach.ts';
import { RefusedStatement } from './rewriting/refused-statement.ts';
import { rowParts } from './rewriting/row-parts.ts';
import {
  behindFirstParenthesis,
  checkCharacters,
  readAsTarget,
  type TargetReading,
} from './rewriting/target-reading.ts';
import { type Selection, tableOfTrigger } from './selection.ts';

/** What goes for all INSERTs that begin alike. */
interface Head {
  readonly reading: StatementReading;
  readonly isWanted: boolean;
  /** How each begins, up to its rows; undefined: as in the dump. */
  readonly bytes: Uint8Array | undefined;
}

/** Decides what the server gets of the rows: the same bytes, in statements that it accepts. */
export class RowFilter {
  readonly #options: FilterOptions;
  readonly #changes: ChangeList;
  readonly #selection: Selection;
  #head: Head | undefined;
  readonly #tables = new Set<string>();
  /** Those that were created behind the last trigger: mysqldump fills no others. */
  readonly #fillable = new Set<string>();
  readonly #elsewhere = new Set<string>();
  readonly #currentRows: CurrentRows;
  readonly #views = new Set<string>();
  readonly #tablesWithTriggers = new Set<string>();

  constructor(options: FilterOptions, changes: ChangeList, selection: Selection) {
    this.#options = options;
    this.#changes = changes;
    this.#selection = selection;
    this.#currentRows = new CurrentRows(options.target, changes);
  }

  /** Notices what could change where rows go. */
  created(reading: TargetReading): void {
    const { object } = reading.statement;
    this.#head = undefined;
    if (object?.kind === 'tables') this.#createdTable(object.name, reading);
    else if (object?.kind === 'views') this.#views.add(object.name.toLowerCase());
    else if (object?.kind === 'triggers') {
      this.#tablesWithTriggers.add(tableOfTrigger(reading) ?? '');
      this.#fillable.clear();
    }
  }

  #createdTable(name: string, { tokens }: TargetReading): void {
    const mayBeOld = tokens.slice(1, 5).some(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'IF');
    if (!(mayBeOld && this.#tables.has(name))) this.#fillable.add(name);
    this.#tables.add(name);
    this.#currentRows.created(name, tokens);
    if (isElsewhere(tokens)) this.#elsewhere.add(name.toLowerCase());
  }

  /** @returns an INSERT as the server accepts it @throws {RefusedStatement} */
  apply(statement: DumpStatement): readonly DumpStatement[] {
    if (statement.doubt !== undefined) throw new RefusedStatement(statement, statement.doubt);
    checkCharacters(statement);
    const head = this.#head?.reading === statement.reading ? this.#head : this.#look(statement);
    if (!head.isWanted) return [];
    return this.#fitted(this.#currentRows.kept(statement), head);
  }

  #fitted(statement: DumpStatement, head: Head): readonly DumpStatement[] {
    const { maxPacketBytes } = this.#options.target;
    const longer = (head.bytes?.length ?? 0) + statement.bytes.length;
    if (longer + PACKET_OVERHEAD > maxPacketBytes) return this.#split(statement, head);
    if (head.bytes === undefined) return [statement];
    return [{ ...statement, bytes: joined(head.bytes, statement.bytes.subarray(rowsAt(statement))) }];
  }

  #look(statement: DumpStatement): Head {
    checkFlavour(statement, this.#options);
    const reading = readAsTarget(statement, this.#options.target);
    checkNames(reading);
    checkHistory(statement, reading, this.#options.target);
    this.#currentRows.look(statement, reading);
    const source = this.#options.sourceDatabase ?? statement.reading.database;
    const edits = databaseEdits(reading, { source, target: this.#options.targetDatabase }, this.#changes);
    const isWanted = this.#selection.take(statement, reading).length > 0;
    if (isWanted) this.#checkTable(statement);
    this.#head = {
      reading: statement.reading,
      isWanted,
      bytes: edits.length === 0 ? undefined : edited(statement.bytes.subarray(0, rowsAt(statement)), edits),
    };
    return this.#head;
  }

  /** Behind a view or a trigger rows could go anywhere; mysqldump writes both behind the rows. */
  #checkTable(statement: DumpStatement): void {
    const name = statement.object!.name;
    if (this.#views.has(name.toLowerCase()))
      throw new RefusedStatement(statement, `it fills the view ${name}, through which rows could go elsewhere`);
    if (this.#elsewhere.has(name.toLowerCase()))
      throw new RefusedStatement(statement, `it fills the table ${name}, whose rows would go elsewhere by its engine`);
    if (this.#tablesWithTriggers.size > 0 && this.#tables.size > 0 && !this.#fillable.has(name))
      throw new RefusedStatement(statement, `it fills the table ${name} behind a trigger, which may be one of it`);
    const isOwnTable = this.#tables.has(name);
    for (const table of this.#tablesWithTriggers)
      if (table === name || (!isOwnTable && table.toLowerCase() === name.toLowerCase()))
        throw new RefusedStatement(statement, `it fills the table ${name} behind a trigger of it, which would run`);
  }

  #split(statement: DumpStatement, head: Head): readonly DumpStatement[] {
    const { maxPacketBytes } = this.#options.target;
    const start = head.bytes ?? statement.bytes.subarray(0, rowsAt(statement));
    const parts = rowParts(statement, maxPacketBytes - PACKET_OVERHEAD - start.length);
    const sent = parts.map(({ at, end, rows }) => {
      const bytes = joined(start, statement.bytes.subarray(at, end));
      const part: DumpStatement = { ...statement, bytes, rows, at: statement.at + at };
      checkLength(part, maxPacketBytes);
      return part;
    });
    if (sent.length > 1)
      this.#changes.add('changed', 'INSERT split into several, for max_allowed_packet', statement.object);
    return sent;
  }
}

function rowsAt(statement: DumpStatement): number {
  return behindFirstParenthesis(statement) - 1;
}

function joined(head: Uint8Array, rows: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + rows.length);
  whole.set(head);
  whole.set(rows, head.length);
  return whole;
}
