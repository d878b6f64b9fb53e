import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../free-port.ts';

/**
 * A man in the middle in front of a real database server: once told to, he takes the offer of TLS out of the server's
 * greeting, and reads all that follows.
 */
export async function startStrippingProxy(target: { readonly port: number }) {
  const open = new Set<Socket>();
  const overheard: Buffer[] = [];
  let isStripping = false;
  let stripped = 0;
  const proxy = createServer(client => {
    const server = connect(target.port, '127.0.0.1');
    for (const socket of [client, server])
      open.add(
        socket
          .on('error', () => {})
          .on('close', () => {
            open.delete(socket);
            client.destroy();
            server.destroy();
          }),
      );
    let isFirst = true;
    server.on('data', (piece: Buffer) => {
      if (isFirst && isStripping) {
        stripTls(piece);
        stripped++;
      }
      isFirst = false;
      overheard.push(piece);
      client.write(piece);
    });
    client.on('data', (piece: Buffer) => {
      overheard.push(piece);
      server.write(piece);
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: portOf(proxy),
    /** Begins with the next connection. */
    strip() {
      isStripping = true;
    },
    /** From how many connections he has taken TLS. */
    get stripped() {
      return stripped;
    },
    /** All that went by, in both directions. */
    overheard: () => Buffer.concat(overheard).toString('latin1'),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

/** The flags of the server stand behind its version, the connection's number, 8 bytes of salt and a null byte. */
function stripTls(greeting: Buffer): void {
  const flags = greeting.indexOf(0, 5) + 1 + 4 + 8 + 1;
  greeting.writeUInt16LE(greeting.readUInt16LE(flags) & ~0x0800, flags);
}
