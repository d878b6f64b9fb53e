import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from '../free-port.ts';

/** The payloads of the packets of an answer, or the raw bytes of it. */
export type DatabaseAnswer = readonly Buffer[] | Iterable<{ raw: Buffer }>;

export interface BoundlessDatabaseOptions {
  /** What is answered to a statement; undefined for an OK without rows. */
  readonly answer?: (sql: string) => DatabaseAnswer | undefined;
  /** What is answered to the login, instead of letting everyone in. */
  readonly login?: () => DatabaseAnswer;
  /** The version in its greeting. */
  readonly version?: string;
}

/** A server that speaks the protocol of MySQL, lets everyone in, and answers as it likes; in clear text only. */
export async function startBoundlessDatabase({ answer, login, version = '10.11.6-MariaDB' }: BoundlessDatabaseOptions) {
  const open = new Set<Socket>();
  const asked: string[] = [];
  let sent = 0;
  const server = createServer(socket => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)));
    void serve(socket).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function serve(socket: Socket): Promise<void> {
    socket.write(framed(0, [greeting(version)]));
    let isIn = false;
    for await (const payload of packetsOf(socket)) {
      if (!isIn) {
        const refusal = login?.();
        await write(socket, refusal ?? [OK], 2);
        if (refusal) return void socket.end();
        isIn = true;
      } else if (payload[0] === 3) {
        const sql = payload.subarray(1).toString();
        asked.push(sql);
        await write(socket, answer?.(sql) ?? [OK], 1);
      } else if (payload[0] === 1) return void socket.end();
      else await write(socket, [OK], 1);
    }
  }

  async function write(socket: Socket, answer: DatabaseAnswer, from: number): Promise<void> {
    const isPayloads = Array.isArray(answer) && answer.every(Buffer.isBuffer);
    const pieces = isPayloads ? [{ raw: framed(from, answer) }] : (answer as Iterable<{ raw: Buffer }>);
    for (const { raw } of pieces) {
      if (socket.destroyed) return;
      sent += raw.length;
      await new Promise<unknown>(resolve => socket.write(raw, resolve));
    }
  }

  return {
    port: portOf(server),
    /** The statements that came. */
    asked,
    /** Bytes of the answers. */
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function* packetsOf(socket: Socket): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, piece]);
    while (held.length >= 4 && held.length >= 4 + held.readUIntLE(0, 3)) {
      const end = 4 + held.readUIntLE(0, 3);
      yield held.subarray(4, end);
      held = held.subarray(end);
    }
  }
}

/** @returns packets with these payloads, numbered from `from` */
export function framed(from: number, payloads: readonly Buffer[]): Buffer {
  return Buffer.concat(payloads.flatMap((payload, index) => [header(payload.length, from + index), payload]));
}

/** @returns the four bytes before a payload */
export function header(length: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUIntLE(length, 0, 3);
  bytes[3] = sequence & 0xff;
  return bytes;
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
export const END_OF_ROWS = Buffer.from([0xfe, 0, 0, 2, 0]);

/** @returns the answer that refuses, with a number and a text */
export function refusalOf(number: number, text: string, state = '28000'): Buffer[] {
  const head = Buffer.from([0xff, number & 0xff, number >> 8]);
  return [Buffer.concat([head, Buffer.from(`#${state}${text}`)])];
}

/** @returns the answer with those rows */
export function rowsOf(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Buffer[] {
  const cells = (row: readonly (string | null)[]) =>
    Buffer.concat(row.map(cell => (cell === null ? Buffer.from([0xfb]) : lengthCoded(cell))));
  return [Buffer.from([columns.length]), ...columns.map(column), END_OF_ROWS, ...rows.map(cells), END_OF_ROWS];
}

/** @returns the definition of a column of text in UTF-8 */
export function column(name: string): Buffer {
  const names = ['def', '', '', '', name, name].map(lengthCoded);
  return Buffer.concat([...names, Buffer.from([0x0c, 45, 0, 0xff, 0xff, 0, 0, 0xfd, 0, 0, 0, 0, 0])]);
}

export function lengthCoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = Buffer.alloc(9);
  length[0] = 0xfe;
  length.writeBigUInt64LE(BigInt(bytes.length), 1);
  return Buffer.concat([length, bytes]);
}

/** Capabilities: long password, connect with database, protocol 41, transactions, secure connection, plugin auth. */
const CAPABILITIES = 0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000;

function greeting(version: string): Buffer {
  const capabilities = Buffer.alloc(4);
  capabilities.writeUInt32LE(CAPABILITIES);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    capabilities.subarray(0, 2),
    Buffer.from([45, 2, 0]),
    capabilities.subarray(2),
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0'),
    Buffer.from('mysql_native_password\0'),
  ]);
}
