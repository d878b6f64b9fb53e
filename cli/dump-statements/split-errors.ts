import type { DumpedObject } from '../dump-parser/statement.ts';
import { ExplainedError } from '../errors.ts';
import { formatBytes } from '../terminal/format.ts';

/**
 * @param table that the statement fills, if it fills one
 * @param at where in the dump it begins, in bytes
 */
export function tooLong(table: DumpedObject | undefined, at: number, maxBytes: number): ExplainedError {
  const what = table === undefined ? 'a statement' : `a row of table ${table.name}`;
  return new ExplainedError(
    `${what} has more than ${formatBytes(maxBytes)}, which the server does not accept (max_allowed_packet); it begins at byte ${at} of the dump`,
    {
      advice:
        'Set max_allowed_packet higher on the server that loads the dump (1 GiB is the most), and restore again. It applies to connections that begin after it.',
    },
  );
}

const DOWNLOAD_AGAIN = 'Download the backup again, and check it with sade show. If it stays so, restore another one.';

/** @returns why a dump can't be taken apart */
export function endsWithin(at: number): ExplainedError {
  return new ExplainedError(`the dump ends in the middle of a statement or a comment, which begins at byte ${at}`, {
    advice: DOWNLOAD_AGAIN,
  });
}

/** @returns why a dump can't be taken apart */
export function endsWithoutMarker(): ExplainedError {
  return new ExplainedError('the dump is cut off: its last line is not "-- Dump completed"', {
    advice: DOWNLOAD_AGAIN,
  });
}

/** @returns why a dump can't be taken apart */
export function doubtfulDelimiter(): ExplainedError {
  return new ExplainedError('the dump has a DELIMITER line behind a comment, which mysqldump does not write', {
    advice: 'Someone has changed this dump. Restore another backup, or read the dump and load it by hand.',
  });
}
