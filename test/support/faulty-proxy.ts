import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Decides over each piece that goes by: hand it on, hold it back until later, or break the line. */
export type Fault = (piece: {
  readonly direction: 'up' | 'down';
  readonly bytesSoFar: number;
  readonly connection: number;
}) => 'pass' | 'break' | Promise<'pass' | 'break'>;

/** A TCP proxy in front of a service that breaks lines as told: faults of a network that can't be had otherwise. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** How many connections came in so far. */
  readonly connections: number;
}

/** @param target the service's address; asked for at each connection, since the service may have moved */
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
  const { port } = server.address() as { port: number };
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
      if ((await fault({ direction, bytesSoFar, connection })) === 'pass') done(null, piece);
      else breakLine();
    },
  });
}
