import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { portOf } from '../free-port.ts';

/** What happens to a chunk: passed on, passed on with one bit flipped, or lost together with the connection. */
export type Verdict = 'pass' | 'flip' | 'break';

/** Decides about each chunk that passes. While it decides, the chunk is held back. */
export type Fault = (piece: {
  readonly direction: 'up' | 'down';
  readonly bytesSoFar: number;
  readonly connection: number;
}) => Verdict | Promise<Verdict>;

/** A TCP proxy in front of a service or a database that spoils lines as told: faults that can't be had otherwise. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** How many connections came in so far. */
  readonly connections: number;
}

/** @param target the address as a URL; asked for at each connection, since the service may have moved */
export async function startFaultyProxy(target: () => string, fault: Fault): Promise<FaultyProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer(client => {
    const connection = ++connections;
    const { hostname, port } = new URL(target());
    const service = connect(Number(port), hostname);
    const breakLine = () => {
      client.destroy();
      service.destroy();
    };
    for (const socket of [client, service]) {
      open.add(socket);
      socket.on('error', breakLine).on('close', () => {
        open.delete(socket);
        breakLine();
      });
    }
    client.pipe(watching('up', connection, fault, breakLine)).pipe(service);
    service.pipe(watching('down', connection, fault, breakLine)).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function watching(direction: 'up' | 'down', connection: number, fault: Fault, breakLine: () => void): Transform {
  let bytesSoFar = 0;
  return new Transform({
    async transform(piece: Buffer, _encoding, done) {
      bytesSoFar += piece.length;
      const verdict = await fault({ direction, bytesSoFar, connection });
      if (verdict === 'break') breakLine();
      else done(null, verdict === 'flip' ? flipped(piece) : piece);
    },
  });
}

function flipped(piece: Buffer): Buffer {
  const copy = Buffer.from(piece);
  const middle = copy.length >> 1;
  copy.writeUInt8(copy.readUInt8(middle) ^ 1, middle);
  return copy;
}
