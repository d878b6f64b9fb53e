import { createReadStream } from 'node:fs';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { statementsOf } from '../dump-statements/statements-of.ts';
import { messageOf } from '../errors.ts';
import { labelOf } from '../manifest/object-label.ts';
import type { Session } from '../mysql/connect.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { printableInLine } from '../terminal/printable.ts';
import { meaningOf, type ServerError } from './load-failure.ts';
import { StatementBatch } from './statement-batch.ts';

/** A statement that did not load. */
export interface LoadFailure {
  /** Such as `view v`, or how the statement begins. */
  readonly what: string;
  readonly object: DumpStatement['object'];
  readonly reason: string;
}

export interface LoadedDefinitions {
  readonly failures: readonly LoadFailure[];
  /** What needs something that a throwaway server does not have. */
  readonly leftOut: readonly LoadFailure[];
  /** What the filter of a restore refuses. */
  readonly refused: readonly LoadFailure[];
}

/** The throwaway server itself has failed: nothing follows from it for the dump. */
export class RehearsalFailed extends Error {
  override readonly name = 'RehearsalFailed';
}

const MOST_FAILURES = 200;

interface Loading {
  readonly filter: StatementFilter;
  /** That was dumped. */
  readonly database: string;
  /** That of the session. */
  readonly target: string;
  /** Called once, before the first table that can't share a file with others. */
  beforeOwnFile(): Promise<void>;
}

/**
 * Tables with one of these words can't stand in a file of several, or MySQL would write that at each partition. Found elsewhere
 * in a table they do no harm.
 */
const NEEDS_OWN_FILE = /COMPRESS|KEY_BLOCK_SIZE|ENCRYPT|DIRECTORY|TABLESPACE|AUTOEXTEND_SIZE|PARTITION/i;

/**
 * Loads a dump without rows. What fails is noted, and the rest is loaded anyway.
 * @param path of the dump without rows
 * @throws {RehearsalFailed} when the server fails; the session's own errors
 */
export async function loadDefinitions(session: Session, path: string, loading: Loading): Promise<LoadedDefinitions> {
  const { filter } = loading;
  const { settings, optionalSettings = [] } = filter;
  const set = await session.runAll([...settings, ...optionalSettings].map(setting => Buffer.from(setting)));
  for (const answer of set.slice(0, settings.length)) if (answer instanceof Error) throw answer;
  const notes = new Notes(loading);
  const batch = new StatementBatch(session, {
    onError: (statement, error) => notes.addError(statement, error),
    onRefusal: (statement, why) => notes.addRefusal(statement, why),
    onLost: error => {
      throw new RehearsalFailed(messageOf(error), { cause: error });
    },
  });
  let hasOwnFiles = false;
  const send = async (statement: DumpStatement) => {
    if (!hasOwnFiles && needsOwnFile(statement)) {
      await batch.flush();
      await loading.beforeOwnFile();
      hasOwnFiles = true;
    }
    await batch.send(statement);
  };
  for await (const statement of statementsOf(createReadStream(path))) {
    const wanted = allowed(statement, filter);
    if (typeof wanted === 'string') batch.refuse(statement, wanted);
    else for (const one of wanted) await send(one);
  }
  for (const statement of filter.end()) await send(statement);
  await batch.flush();
  return notes;
}

function needsOwnFile({ kind, object, bytes }: DumpStatement): boolean {
  if (kind !== 'create' || object?.kind !== 'tables') return false;
  return NEEDS_OWN_FILE.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
}

class Notes implements LoadedDefinitions {
  readonly failures: LoadFailure[] = [];
  readonly leftOut: LoadFailure[] = [];
  readonly refused: LoadFailure[] = [];
  readonly #lacking = new Set<string>();
  readonly #loading: Loading;

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  addRefusal(statement: DumpStatement, why: string): void {
    this.#add(this.refused, statement, why);
  }

  /** @throws {RehearsalFailed} when the server fails */
  addError(statement: DumpStatement, error: ServerError): void {
    const meaning = meaningOf(error, statement, { lacking: this.#lacking, ...this.#loading });
    if (meaning === 'server failed') throw new RehearsalFailed(messageOf(error), { cause: error });
    this.#add(meaning === 'does not load' ? this.failures : this.leftOut, statement, messageOf(error));
  }

  #add(to: LoadFailure[], statement: DumpStatement, reason: string): void {
    if (statement.object) this.#lacking.add(statement.object.name.toLowerCase());
    if (to.length < MOST_FAILURES) to.push(failureOf(statement, reason));
  }
}

/** @returns what is sent, or why no restore would send it */
function allowed(statement: DumpStatement, filter: StatementFilter): readonly DumpStatement[] | string {
  try {
    return filter.apply(statement);
  } catch (error) {
    return messageOf(error);
  }
}

function failureOf(statement: DumpStatement, reason: string): LoadFailure {
  const { object, reading } = statement;
  const what = object ? labelOf(object) : `the statement ${printableInLine(reading.beginning.slice(0, 60))}`;
  return { what, object, reason: printableInLine(reason.slice(0, 300)) };
}
