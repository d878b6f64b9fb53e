import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { portOf } from '../free-port.ts';

/** A text and its replacement, of the same length in bytes, so that the server's packets keep their length. */
export type Lie = readonly [truth: string, lie: string];

/**
 * A MySQL or MariaDB server that answers other than it should: a proxy in front of a real one that replaces
 * a text wherever it passes. Its lies must come in one piece of the answer, and without TLS.
 * @throws {Error} where a lie is longer than what it replaces
 */
export async function startLyingProxy(target: { readonly port: number }, lies: readonly Lie[]) {
  const open = new Set<Socket>();
  let told = 0;
  const pairs = lies.map(([truth, lie]) => {
    if (lie.length > truth.length) throw new Error(`${lie} is longer than ${truth}`);
    return [Buffer.from(truth), Buffer.from(lie.padEnd(truth.length))] as const;
  });
  const lying = () =>
    new Transform({
      transform(piece: Buffer, _encoding, done) {
        for (const [truth, lie] of pairs)
          for (let at = piece.indexOf(truth); at !== -1; at = piece.indexOf(truth, at)) {
            lie.copy(piece, at);
            told++;
          }
        done(null, piece);
      },
    });
  const server = createServer(client => {
    const source = connect(target.port, '127.0.0.1');
    for (const socket of [client, source])
      open.add(
        socket
          .on('error', () => {})
          .on('close', () => {
            open.delete(socket);
            client.destroy();
            source.destroy();
          }),
      );
    client.pipe(source);
    source.pipe(lying()).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    /** How often a lie was told. */
    get told() {
      return told;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
