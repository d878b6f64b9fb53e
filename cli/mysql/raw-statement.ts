import { Connection } from 'mysql2';

/** What a server says of a statement that it has carried out. */
export interface StatementResult {
  /** Rows that it inserted, changed or deleted. */
  readonly affectedRows: number;
  /** How many warnings it has; `SHOW WARNINGS` lists them. */
  readonly warnings: number;
}

/** What is used of mysql2 beyond its types. */
interface Internals {
  readonly stream: { cork(): void; uncork(): void };
  sequenceId: number;
  readonly config: { readonly clientFlags: number };
  readonly serverCapabilityFlags: number;
  write(bytes: Uint8Array): void;
  addCommand(command: RawCommand): void;
}

interface Packet {
  isError(): boolean;
  asError(encoding: string): Error;
}

type OnResult = (error: Error | null, result?: unknown, columns?: unknown) => void;

/** With the argument that its type leaves out. */
const createQuery = Connection.createQuery as unknown as (
  sql: string,
  values: readonly string[],
  onResult: OnResult,
  config: unknown,
) => RawCommand;

interface RawCommand {
  /** What rows are read by: mysql2 sets it where it sends a statement itself. */
  options?: unknown;
  start(packet: unknown, connection: Internals): unknown;
  execute(packet: Packet | undefined, connection: Internals): boolean;
  readonly resultsetHeader: unknown;
  on(event: 'fields', listener: () => void): void;
}

/** Of a packet; a longer statement goes as several, of which the last is shorter. */
const LONGEST_PACKET = 0xff_ff_ff;
const COM_QUERY = 3;
/** No attributes, in one set: MySQL expects that in front of a statement once it was agreed. */
const NO_ATTRIBUTES = [0, 1];
const CLIENT_QUERY_ATTRIBUTES = 1 << 27;

/**
 * Sends a statement byte for byte, in any character set: mysql2 itself sends only text, which it encodes.
 * (The protocol's chapters "COM_QUERY" and "Sending More Than 16Mb" of MySQL's source documentation.)
 * @param options.onResult gets the server's error, or the result
 * @param options.onRows is called where the statement answers with rows
 */
export function sendRaw(
  connection: Connection,
  statement: Uint8Array,
  options: { onResult(error: Error | null, result?: StatementResult): void; onRows(): void },
): void {
  const onResult: OnResult = (error, result) => {
    if (error) return options.onResult(error);
    const { affectedRows, warningStatus } = { affectedRows: 0, warningStatus: 0, ...(result as object) };
    options.onResult(null, { affectedRows, warnings: warningStatus });
  };
  const write = (to: Internals) => writeStatement(to, statement);
  addRaw(connection, { write, onResult, onRows: options.onRows });
}

/**
 * Sends statements one behind the other without waiting for an answer in between. A server reads them one at a time and answers in
 * their order; a proxy may not bear it.
 * @param options.onAnswer gets for each by its number, in any order, the server's error, or the rows and their columns as mysql2 gives
 * them
 * @param options.onRows is called where a statement answers with rows
 */
export function sendAllRaw(
  connection: Connection,
  statements: readonly Uint8Array[],
  options: { onAnswer(index: number, error: Error | null, rows?: unknown, columns?: unknown): void; onRows(): void },
): void {
  const { onAnswer, onRows } = options;
  for (const index of statements.keys()) {
    const write = (to: Internals) => {
      if (index === 0) to.write(Buffer.concat(statements.flatMap(one => [...packetsOf(to, one)])));
      // Those behind the first are on their way when it is answered: what comes next is the first packet of their answer.
      else to.sequenceId = 1;
    };
    addRaw(connection, { write, onResult: (...answer) => onAnswer(index, ...answer), onRows });
  }
}

function addRaw(
  connection: Connection,
  { write, onResult, onRows }: { write(to: Internals): void; onResult: OnResult; onRows(): void },
): void {
  const command = createQuery('', [], onResult, connection.config);
  command.start = (_packet, connection) => {
    command.options = connection.config;
    write(connection);
    return command.resultsetHeader;
  };
  const execute = command.execute.bind(command);
  command.execute = (packet, connection) => {
    if (!packet?.isError()) return execute(packet, connection);
    onResult(errorIn(packet));
    return true;
  };
  command.on('fields', onRows);
  (connection as unknown as Internals).addCommand(command);
}

function writeStatement(connection: Internals, statement: Uint8Array): void {
  const { stream } = connection;
  stream.cork();
  for (const bytes of packetsOf(connection, statement)) connection.write(bytes);
  stream.uncork();
}

/** @returns the bytes of the packets; afterwards `sequenceId` is the number of the first packet of the answer */
function* packetsOf(connection: Internals, statement: Uint8Array): Generator<Uint8Array, void> {
  const hasAttributes = connection.config.clientFlags & connection.serverCapabilityFlags & CLIENT_QUERY_ATTRIBUTES;
  const start = [COM_QUERY, ...(hasAttributes ? NO_ATTRIBUTES : [])];
  connection.sequenceId = 0;
  for (let from = 0, more = start; ; more = []) {
    const to = Math.min(statement.length, from + LONGEST_PACKET - more.length);
    const length = more.length + to - from;
    yield Buffer.from([length & 0xff, (length >> 8) & 0xff, length >> 16, connection.sequenceId, ...more]);
    yield statement.subarray(from, to);
    connection.sequenceId = (connection.sequenceId + 1) % 256;
    from = to;
    // One that is full is followed by another, if needed an empty one.
    if (length < LONGEST_PACKET) break;
  }
}

/**
 * A server sends errors in `character_set_results`, which a dump changes as it goes, often to "as it is": so they are UTF-8
 * where they can be.
 */
function errorIn(packet: Packet): Error {
  const error = packet.asError('latin1');
  error.message = decoded(Buffer.from(error.message, 'latin1'));
  return error;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
