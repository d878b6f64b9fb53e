import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { DelayedEvents } from './delayed-events.ts';
import type { FilterOptions } from './filter-options.ts';
import { checkFlavour, sqlModeEdits, versioningEdits, whyImpossible } from './other-flavour/other-flavour.ts';
import { tableEdits } from './other-flavour/table-edits.ts';
import { checkLength } from './packet-limit.ts';
import { ChangeList, type FilterChange } from './rewriting/change-list.ts';
import { checkNames } from './rewriting/check-names.ts';
import { collationEdits } from './rewriting/collations.ts';
import { databaseEdits } from './rewriting/database-names.ts';
import { definerEdit, definerOf } from './rewriting/definers.ts';
import { type Edit, edited } from './rewriting/edits.ts';
import { disablingEdit } from './rewriting/events.ts';
import { checkSettings } from './rewriting/known-settings.ts';
import { machineEdits } from './rewriting/machine-options.ts';
import { reportOutsideReach } from './rewriting/outside-reach.ts';
import { RefusedStatement } from './rewriting/refused-statement.ts';
import { readAsTarget, type TargetReading, type TargetServer } from './rewriting/target-reading.ts';
import { RowFilter } from './row-filter.ts';
import { Selection } from './selection.ts';
import { sessionSettings } from './session-settings.ts';
import { whyDropped } from './why-dropped.ts';

/** Decides for each statement of a dump, in their order, what the server gets. */
export interface StatementFilter {
  /** The server that loads, by whose rules a definition is read; undefined: by those of the dumped one. */
  readonly target?: Pick<TargetServer, 'flavour' | 'version'> | undefined;
  /** Statements that each connection that loads begins with, in front of the dump's own. Each must succeed. */
  readonly settings: readonly string[];
  /** More of them, which may fail: some need a right, and most dumps load without them. */
  readonly optionalSettings?: readonly string[];
  /** @returns what is sent instead; the bytes are valid as long as those of the statement @throws {RefusedStatement} */
  apply(statement: DumpStatement): readonly DumpStatement[];
  /** The dump has ended. @returns what is sent at the very end, in this order */
  end(): readonly DumpStatement[];
  /** What was done so far. */
  readonly changes: readonly FilterChange[];
  /** The accounts that own what was created so far; left out where that is not known. */
  readonly definers?: ReadonlySet<string>;
}

/**
 * Lets through what mysqldump writes of one database, changed for the server that loads it, and refuses everything else. It
 * never changes anything within rows.
 */
export class RestoreFilter implements StatementFilter {
  readonly target: TargetServer;
  readonly settings: readonly string[];
  readonly optionalSettings: readonly string[];
  readonly #options: FilterOptions;
  readonly #changes = new ChangeList();
  readonly #selection: Selection;
  readonly #rows: RowFilter;
  readonly #events = new DelayedEvents();
  readonly #definers = new Set<string>();
  /** Of which variable of the server each variable of the dump holds the value. */
  readonly #saved = new Map<string, string>();

  constructor(options: FilterOptions) {
    this.#options = options;
    this.target = options.target;
    const { required, optional } = sessionSettings(options.target);
    this.settings = required;
    this.optionalSettings = optional;
    this.#selection = new Selection(options, this.#changes);
    this.#rows = new RowFilter(options, this.#changes, this.#selection);
  }

  get changes(): readonly FilterChange[] {
    return this.#changes.list();
  }

  /** The accounts that own what was created so far, as the dump writes them. */
  get definers(): ReadonlySet<string> {
    return this.#definers;
  }

  apply(statement: DumpStatement): readonly DumpStatement[] {
    if (statement.kind === 'insert') return this.#rows.apply(statement);
    const dropped = whyDropped(statement, this.#options);
    if (dropped !== undefined) return this.#drop(dropped, statement);
    if (statement.doubt !== undefined) throw new RefusedStatement(statement, statement.doubt);
    checkFlavour(statement, this.#options);
    const impossible = whyImpossible(statement, this.#options.target);
    if (impossible !== undefined) return this.#drop(impossible, statement);
    const reading = readAsTarget(statement, this.#options.target);
    if (statement.kind === 'set') checkSettings(reading, this.#saved);
    checkNames(reading);
    if (reading.tokens.length === 0) return this.#drop('a comment that is code for other servers only', statement);
    const edits = this.#edits(reading);
    return this.#selection
      .take(statement, reading)
      .flatMap(one => (one === statement ? this.#send(reading, edits) : [one]));
  }

  end(): readonly DumpStatement[] {
    return this.#events.end(this.settings);
  }

  #drop(why: string, { kind, object }: DumpStatement): readonly DumpStatement[] {
    this.#changes.add('dropped', why, OF_EACH_TABLE.has(kind) ? undefined : object);
    return [];
  }

  /** What is wrong with a statement is noticed also where it is not sent. */
  #edits(reading: TargetReading): Edit[] {
    const { target, sourceDatabase, targetDatabase, collations } = this.#options;
    const source = sourceDatabase ?? reading.statement.reading.database;
    return [
      ...databaseEdits(reading, { source, target: targetDatabase }, this.#changes),
      ...collationEdits(reading, collations, this.#changes),
      ...sqlModeEdits(reading, target, this.#changes),
      ...versioningEdits(reading, target, this.#changes),
      ...keptSemicolon(reading),
      ...tableEdits(reading, target, this.#changes),
      ...machineEdits(reading, this.#options.isEncryptionKept ?? true, this.#changes),
    ];
  }

  #send(reading: TargetReading, edits: Edit[]): readonly DumpStatement[] {
    const { statement } = reading;
    if (statement.kind === 'create') this.#rows.created(reading);
    if (reading.hasSkippedCode)
      this.#changes.add('reported', 'has comments that are code for other servers only', statement.object);
    reportOutsideReach(reading, this.#changes);
    this.#ownerEdits(reading, edits);
    const isDelayed = this.#isDelayed(reading, edits);
    const sent = edits.length === 0 ? statement : { ...statement, bytes: edited(statement.bytes, edits) };
    checkLength(sent, this.#options.target.maxPacketBytes);
    this.#events.follow(sent);
    if (!isDelayed) return [sent];
    this.#events.add(sent);
    return [];
  }

  #ownerEdits(reading: TargetReading, edits: Edit[]): void {
    const { statement } = reading;
    const definer = statement.kind === 'create' ? definerOf(reading) : undefined;
    if (definer === undefined) return;
    this.#definers.add(definer.text);
    const { edit, account } = definerEdit(definer, this.#options.definer, reading.encode);
    if (edit === undefined || account === definer.text) return;
    edits.push(edit);
    const what = account === undefined ? 'left out' : `written as ${account}`;
    this.#changes.add('changed', `DEFINER ${definer.text} ${what}`, statement.object);
  }

  /** Nothing shall run while a database is half restored. @returns whether an event is created at the end */
  #isDelayed(reading: TargetReading, edits: Edit[]): boolean {
    const { kind, object } = reading.statement;
    const edit = kind === 'create' && object?.kind === 'events' ? disablingEdit(reading) : undefined;
    if (edit === undefined) return false;
    const isDelayed = this.#options.events === 'at the end';
    if (!isDelayed) edits.push(edit);
    this.#changes.add('changed', isDelayed ? 'created at the very end' : EVENT_DISABLED, object);
    return isDelayed;
  }
}

/** What is said of an event that was enabled and is created disabled. */
export const EVENT_DISABLED = 'created disabled';

/** What says nothing of a table. */
const OF_EACH_TABLE: ReadonlySet<DumpStatement['kind']> = new Set(['lock', 'unlock', 'keys']);

/**
 * A server takes a semicolon off the end of what it is sent, though to MySQL it can be part of a routine: one that was created among
 * several statements at once. Behind it a comment keeps it there.
 */
function keptSemicolon({ code, tokens, statement }: TargetReading): Edit[] {
  const last = tokens.at(-1);
  const end = code.trimEnd().length;
  if (statement.kind !== 'create' || last?.text !== ';' || last.kind !== 'sign' || last.end !== end) return [];
  return [{ at: end, end, bytes: Buffer.from('/**/') }];
}
