import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { FilterOptions } from './filter-options.ts';
import type { ChangeList } from './rewriting/change-list.ts';
import type { TargetReading } from './rewriting/target-reading.ts';

/** Chooses statements by what they are about: the tables that were asked for, or definitions or rows only. */
export class Selection {
  readonly #options: Pick<FilterOptions, 'tables' | 'parts'>;
  readonly #changes: ChangeList;
  /** Of a trigger, whose table the next statement tells. */
  #drop: DumpStatement | undefined;

  constructor(options: Pick<FilterOptions, 'tables' | 'parts'>, changes: ChangeList) {
    this.#options = options;
    this.#changes = changes;
  }

  /** @returns a statement and what was held back in front of it; nothing when it is not wanted */
  take(statement: DumpStatement, reading: TargetReading): readonly DumpStatement[] {
    const { kind, object } = statement;
    if (!this.#isOfPart(statement)) return this.#leaveOut(statement, `not asked for: ${PARTS[this.#options.parts]}`);
    if (this.#options.tables === undefined || PLAIN.has(kind)) return [statement];
    if (object?.kind === 'triggers') return this.#trigger(statement, reading);
    const isTable = object?.kind === 'tables' || object?.kind === 'sequences';
    return isTable && this.#options.tables.has(object.name) ? [statement] : this.#leaveOut(statement, NOT_CHOSEN);
  }

  #isOfPart({ kind }: DumpStatement): boolean {
    const { parts } = this.#options;
    if (parts === 'schema') return kind !== 'insert' && kind !== 'keys' && kind !== 'commit';
    return parts === 'all' || PLAIN.has(kind) || OF_ROWS.has(kind);
  }

  #trigger(statement: DumpStatement, reading: TargetReading): readonly DumpStatement[] {
    const held = this.#drop;
    this.#drop = undefined;
    if (statement.kind === 'drop') {
      this.#drop = { ...statement, bytes: statement.bytes.slice() };
      return [];
    }
    const table = tableOfTrigger(reading);
    if (table === undefined || !this.#options.tables!.has(table)) return this.#leaveOut(statement, NOT_CHOSEN);
    return held?.object?.name === statement.object?.name && held !== undefined ? [held, statement] : [statement];
  }

  #leaveOut({ object }: DumpStatement, why: string): readonly DumpStatement[] {
    this.#changes.add('dropped', why, object);
    return [];
  }
}

/** @returns the table of a trigger that is created */
export function tableOfTrigger({ tokens, decode }: Pick<TargetReading, 'tokens' | 'decode'>): string | undefined {
  const on = tokens.findIndex(({ kind, text, depth }) => kind === 'word' && depth === 0 && text.toUpperCase() === 'ON');
  const name = tokens[on + 2]?.text === '.' ? tokens[on + 3] : tokens[on + 1];
  return on === -1 || name === undefined ? undefined : decode(name.text);
}

const PLAIN: ReadonlySet<DumpStatement['kind']> = new Set(['set']);
const OF_ROWS: ReadonlySet<DumpStatement['kind']> = new Set(['insert', 'keys', 'sequence value', 'commit']);
const PARTS = { all: '', schema: 'definitions only', data: 'rows only' } as const;
/** Why most of a dump is left out when only some tables are asked for. */
export const NOT_CHOSEN = 'not one of the chosen tables';
