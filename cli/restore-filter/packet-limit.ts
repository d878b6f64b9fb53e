import { KIND_NAMES } from '../../protocol/manifest.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { ExplainedError } from '../errors.ts';
import { formatBytes } from '../terminal/format.ts';

/** What a statement takes in a packet beside its own bytes, generously. */
export const PACKET_OVERHEAD = 1024;

/** @throws {ExplainedError} when the server does not take so long a statement, with what it is of */
export function checkLength({ bytes, object, rows, at }: DumpStatement, maxPacketBytes: number): void {
  if (bytes.length + PACKET_OVERHEAD <= maxPacketBytes) return;
  const name = object === undefined ? 'a statement' : `${KIND_NAMES[object.kind]} ${object.name}`;
  const what = rows > 0 ? `a row of ${name}` : name;
  const needed = Math.min(2 ** 30, 2 ** Math.ceil(Math.log2(bytes.length + PACKET_OVERHEAD)));
  throw new ExplainedError(
    `${what} has ${formatBytes(bytes.length)} in the dump, and the server accepts at most ${formatBytes(maxPacketBytes)} (max_allowed_packet); it begins at byte ${at} of the dump`,
    {
      advice: `On the server that loads the dump: SET GLOBAL max_allowed_packet = ${needed}; then restore again. It applies to connections that begin after it.`,
    },
  );
}
