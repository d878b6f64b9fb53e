import type { Server } from 'node:net';

/** @returns the port that a server listens on @throws Error when it listens on none */
export function portOf(server: Pick<Server, 'address'>): number {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`the server listens on no port, but on ${bound}`);
  return bound.port;
}
