import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** @returns a loopback port that was free a moment ago */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe);
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @returns the port that a server listens on @throws Error when it listens on none */
export function portOf(server: Pick<Server, 'address'>): number {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`the server listens on no port, but on ${bound}`);
  return bound.port;
}
