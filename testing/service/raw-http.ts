import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FIRST, SECOND } from './certificates.ts';

/** A connection on which a test says exactly what it wants to. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything that came back so far. */
  received(): string;
  /** Writes and waits until it is on its way. @returns false once the other side takes nothing more */
  send(bytes: string | Uint8Array): Promise<boolean>;
  /** Resolves when something matches in what came back, or rejects when the connection ends first. */
  receive(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** Resolves with all that came back when the connection has ended. */
  ended(): Promise<string>;
}

/** Over TLS to an address that begins with https: with a certificate of certificates.ts. */
export async function rawConnection(url: string): Promise<RawConnection> {
  const { protocol, hostname: host, port } = new URL(url);
  const isTls = protocol === 'https:';
  const socket = isTls
    ? connectTls({ host, port: Number(port), ca: [FIRST.cert, SECOND.cert] })
    : connect(Number(port), host);
  let text = '';
  let isClosed = false;
  socket.setMaxListeners(0);
  socket.setEncoding('latin1').on('data', chunk => (text += chunk));
  socket.on('error', () => {}).once('close', () => (isClosed = true));
  await once(socket, isTls ? 'secureConnect' : 'connect');
  const receive = async (pattern: RegExp, withinMs = 5_000) => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const match = pattern.exec(text);
      if (match) return match;
      if (isClosed || Date.now() > deadline) throw new Error(`no ${pattern} in ${JSON.stringify(text.slice(0, 500))}`);
      await Promise.race([once(socket, 'data'), once(socket, 'close'), new Promise(r => setTimeout(r, 50))]);
    }
  };
  return {
    socket,
    received: () => text,
    send: bytes =>
      new Promise(resolve => {
        if (isClosed || !socket.writable) return resolve(false);
        socket.once('close', () => resolve(false));
        socket.write(bytes, error => resolve(!error));
      }),
    receive,
    async ended() {
      // Not `once`, which throws when the other side resets the connection: what came before that counts.
      if (!isClosed) await new Promise(resolve => socket.once('close', resolve));
      return text;
    },
  };
}

/** Sends one request line by line, as it stands, and reads the whole answer. */
export async function rawRequest(
  url: string,
  target: string,
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const connection = await rawConnection(url);
  await connection.send(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  const answer = await connection.ended();
  return { status: Number(answer.split(' ')[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
}

/** The head of an upload and of its one part; what follows is the file. */
export function uploadHead(database: string, fileName: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return [
    `POST /${database} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=xyz\r\n`,
    ...lines,
    '\r\n',
    partHead(fileName),
  ].join('');
}

export function partHead(fileName: string): string {
  return `--xyz\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`;
}

export const PART_END = '\r\n--xyz--\r\n';
