import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A packet of MySQL's protocol, of the part before TLS begins. */
export interface Packet {
  /** With its header. */
  readonly bytes: Buffer;
  readonly body: Buffer;
}

/** In bytes; a greeting has some hundred. */
const LONGEST = 16 << 10;

/** CLIENT_SSL, among the flags of both sides. */
const TLS = 0x0800;

/**
 * Reads one packet from a paused socket, and not a byte more.
 * @throws {Error} when the other side hangs up or sends no packet; the socket's own error
 */
export async function readPacket(socket: Socket): Promise<Packet> {
  const header = await readBytes(socket, 4);
  const length = header.readUIntLE(0, 3);
  if (length > LONGEST) throw new Error('not a packet of a database server');
  const body = length === 0 ? Buffer.alloc(0) : await readBytes(socket, length);
  return { bytes: Buffer.concat([header, body]), body };
}

async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes?.length === length) return bytes;
    if (bytes || socket.readableEnded || socket.destroyed) throw socket.errored ?? new Error('the other side hung up');
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}

/** Tells whether a server refuses before it has greeted, such as with "Too many connections". */
export function isError({ body }: Packet): boolean {
  return body[0] === 0xff;
}

/** Tells whether it is the greeting of the protocol's version 10, the only one since 1998. */
export function isGreeting({ bytes, body }: Packet): boolean {
  return bytes[3] === 0 && body[0] === 10;
}

/** @param greeting its flags stand behind the version's text, the connection's number, 8 bytes of salt and a null byte */
export function offersTls({ body }: Packet): boolean {
  const flags = body.indexOf(0, 1) + 1 + 4 + 8 + 1;
  return flags + 2 <= body.length && (body.readUInt16LE(flags) & TLS) !== 0;
}

/** Tells whether it is a client's request to begin with TLS: its flags, and no name of a user yet. */
export function asksForTls({ bytes, body }: Packet): boolean {
  return bytes[3] === 1 && body.length === 32 && (body.readUInt16LE(0) & TLS) !== 0;
}
