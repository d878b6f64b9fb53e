import type { ObjectKind } from '../../protocol/manifest.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { codeOf, ExplainedError, messageOf } from '../errors.ts';
import { driverErrorOf } from '../mysql/servers-answer.ts';
import { withoutRowValues } from '../secrets/row-values.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { adviceOnLoading } from './load-advice.ts';
import type { LoadedSoFar } from './load-options.ts';

/** What a statement that is sent belongs to. */
export interface StatementPlace {
  /** Where in the dump it begins, in bytes. */
  readonly at: number;
  /** Such as `table t`; undefined where it belongs to no object. */
  readonly object: string | undefined;
  /** How it begins, shortened and without the contents of its strings. */
  readonly beginning: string;
}

/** @returns where a statement of a dump belongs, for messages */
export function placeOf({ at, object, reading }: DumpStatement): StatementPlace {
  const named = object && `${KINDS[object.kind]} ${printableInLine(object.name)}`;
  return { at, object: named, beginning: printableInLine(reading.beginning) };
}

const KINDS: Readonly<Record<ObjectKind, string>> = {
  ...{ tables: 'table', sequences: 'sequence', views: 'view', triggers: 'trigger', procedures: 'procedure' },
  ...{ functions: 'function', packages: 'package', package_bodies: 'package body', events: 'event' },
};

/** A statement failed, before it is known what had been loaded by then. */
export class FailedStatement extends Error {
  readonly place: StatementPlace;

  constructor(cause: unknown, place: StatementPlace) {
    super(messageOf(cause), { cause });
    this.place = place;
  }

  /** The number of the server's error. */
  get errno(): number | undefined {
    return driverErrorOf(this.cause).errno;
  }
}

/**
 * A load that has ended at its first error: which statement of the dump that was, and how far the load had come. Its message has no value of
 * a row; the server's own words are those of its cause.
 */
export class LoadError extends ExplainedError {
  override readonly name = 'LoadError';
  readonly place: StatementPlace;
  /** The number of the server's error; undefined when the connection was lost. */
  readonly errno: number | undefined;
  readonly sqlState: string | undefined;
  readonly isConnectionLost: boolean;
  readonly done: LoadedSoFar;

  constructor({ cause, place }: FailedStatement, done: LoadedSoFar) {
    const { errno, sqlState } = driverErrorOf(cause);
    const isConnectionLost = hasLostConnection(cause);
    const about = place.object === undefined ? 'a statement' : place.object;
    const isOfRows = /^(?:INSERT|REPLACE)\b/i.test(place.beginning);
    const said = printableInLine(withoutRowValues(messageOf(cause), { errno, isOfRows }));
    const what = isConnectionLost ? `the connection to the server was lost (${said})` : said;
    const number = isConnectionLost || errno === undefined ? '' : ` (${errno})`;
    super(
      `${about} could not be loaded: ${what}${number}; the statement begins at byte ${place.at} of the dump: ${place.beginning}; loaded until then: ${loadedSoFar(done)}`,
      { cause, advice: isConnectionLost ? CONNECTION_LOST : adviceOnLoading(errno, said) },
    );
    this.place = place;
    this.errno = isConnectionLost ? undefined : errno;
    this.sqlState = isConnectionLost ? undefined : sqlState;
    this.isConnectionLost = isConnectionLost;
    this.done = done;
  }
}

const CONNECTION_LOST =
  "Check the server's log: a restart, a crash, a full disk or max_allowed_packet are the usual reasons. What was loaded is still there and is not complete: restore again, from the beginning.";

/** @returns such as `12 statements, 3,400 rows, 1.2 MiB` */
function loadedSoFar({ bytes, statements, rows }: LoadedSoFar): string {
  return `${formatCount(statements)} statements, ${formatCount(rows)} rows, ${formatBytes(bytes)}`;
}

/** Killed by a client (1317, 1927), shut down (1053, 1077), or cut without a word: only a server's own answer has a state. */
function hasLostConnection(cause: unknown): boolean {
  const { errno, sqlState, fatal } = driverErrorOf(cause);
  if (errno !== undefined && ENDINGS.has(errno)) return true;
  return sqlState === undefined && !(cause instanceof ExplainedError) && (fatal || codeOf(cause) !== undefined);
}

const ENDINGS = new Set([1053, 1077, 1927, 2006, 2013, 4031]);
