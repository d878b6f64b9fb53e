import { createReadStream } from 'node:fs';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { statementsOf } from '../dump-statements/statements-of.ts';
import { messageOf } from '../errors.ts';
import { labelOf } from '../manifest/object-label.ts';
import type { Session } from '../mysql/connect.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { printableInLine } from '../terminal/printable.ts';
import { meaningOf, type ServerError } from './load-failure.ts';

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
}

/**
 * Loads a dump without rows. What fails is noted, and the rest is loaded all the same.
 * @param path of the dump without rows
 * @throws {RehearsalFailed} when the server fails; the session's own errors
 */
export async function loadDefinitions(session: Session, path: string, loading: Loading): Promise<LoadedDefinitions> {
  const failures: LoadFailure[] = [];
  const leftOut: LoadFailure[] = [];
  const lacking = new Set<string>();
  const send = async (statement: DumpStatement) => {
    const error = await session.run(statement.bytes).then(
      () => undefined,
      (error: ServerError) => error,
    );
    if (error !== undefined) note(statement, error);
  };
  const note = (statement: DumpStatement, error: ServerError) => {
    const meaning = meaningOf(error, statement, { lacking, database: loading.database });
    if (meaning === 'server failed') throw new RehearsalFailed(messageOf(error), { cause: error });
    if (statement.object) lacking.add(statement.object.name.toLowerCase());
    const list = meaning === 'does not load' ? failures : leftOut;
    if (list.length < MOST_FAILURES) list.push(failureOf(statement, messageOf(error)));
  };
  const { settings, optionalSettings = [] } = loading.filter;
  for (const setting of settings) await session.run(Buffer.from(setting));
  for (const setting of optionalSettings) await session.run(Buffer.from(setting)).catch(() => {});
  for await (const statement of statementsOf(createReadStream(path)))
    for (const wanted of allowed(statement, loading.filter, failures)) await send(wanted);
  for (const statement of loading.filter.end()) await send(statement);
  return { failures, leftOut };
}

/** What the filter refuses no restore would load. */
function allowed(statement: DumpStatement, filter: StatementFilter, failures: LoadFailure[]): readonly DumpStatement[] {
  try {
    return filter.apply(statement);
  } catch (error) {
    if (failures.length < MOST_FAILURES) failures.push(failureOf(statement, messageOf(error)));
    return [];
  }
}

function failureOf(statement: DumpStatement, reason: string): LoadFailure {
  const { object, reading } = statement;
  const what = object ? labelOf(object) : `the statement ${printableInLine(reading.beginning.slice(0, 60))}`;
  return { what, object, reason: printableInLine(reason.slice(0, 300)) };
}
