import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { readPacket } from '../../cli/client-programs/tls-negotiation.ts';
import { portOf } from '../free-port.ts';

/** What a hostile server wants of anyone who logs in. */
export interface Hostility {
  /** The authentication plugin that it asks for, regardless of the account's. */
  readonly plugin: string;
  /** Offers TLS with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Once the client is in: the file that the answer to its first statement asks for. */
  readonly infile?: string;
  readonly version?: string;
}

const SALT = 'saltsaltsaltsaltsalt';

/** What MariaDB's login by ed25519 is to sign: 32 bytes. */
export const CHALLENGE = 'challengechallengechallengechall';

/** What comes with the name of the plugin: of dialog, which is PAM's, the last question, which wants a password. */
const SPECIAL: Readonly<Record<string, string>> = {
  dialog: '\x05Password: \0',
  client_ed25519: CHALLENGE,
  parsec: CHALLENGE,
};

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/**
 * A database server that is after passwords and files: it speaks so much of the protocol as it needs to ask for them, and
 * records all that it is sent, TLS taken off. For sha256_password and caching_sha2_password it offers a key of its own.
 */
export async function startHostileDatabase(hostility: Hostility) {
  const open = new Set<Socket>();
  const heard: Buffer[] = [];
  let connections = 0;
  const server = createServer({ pauseOnConnect: true }, socket => {
    connections++;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    void serve(socket, hostility, heard).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    /** How many connections came in so far. */
    get connections() {
      return connections;
    },
    /** All that was sent, and what could be decrypted of it. */
    heard: () => Buffer.concat(heard).toString('latin1'),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(socket: Socket, { plugin, tls, infile, version }: Hostility, heard: Buffer[]): Promise<void> {
  let line = socket;
  const next = async () => {
    const { bytes, body } = await readPacket(line);
    heard.push(bytes);
    return { sequence: bytes[3]!, body };
  };
  socket.write(greeting(version ?? '10.11.0-MariaDB', tls !== undefined));
  let answer = await next();
  if (tls && answer.body.length === 32) {
    // As no socket: what of the handshake has been read is not lost.
    line = new TLSSocket(Duplex.from({ readable: socket, writable: socket }), {
      isServer: true,
      secureContext: createSecureContext(tls),
    });
    line.on('error', () => socket.destroy());
    answer = await next();
  }
  const ask = async (...body: (string | readonly number[])[]) => {
    line.write(packet(answer.sequence + 1, ...body));
    answer = await next();
    return answer.body;
  };
  const said = await ask([0xfe], `${plugin}\0`, SPECIAL[plugin] ?? `${SALT}\0`);
  if (plugin === 'caching_sha2_password' && isKeyWanted(await ask([1, 4])))
    heard.push(decrypted(await ask([1], publicKey)));
  if (plugin === 'sha256_password' && isKeyWanted(said)) heard.push(decrypted(await ask([1], publicKey)));
  line.write(packet(answer.sequence + 1, [0, 0, 0, 2, 0, 0, 0]));
  answer = await next();
  if (infile) await ask([0xfb], infile);
  line.end(packet(answer.sequence + 1, [0xff, 0x51, 0x04], '#HY000enough'));
}

function isKeyWanted({ length, 0: first }: Buffer): boolean {
  return length === 1 && (first === 1 || first === 2);
}

function decrypted(secret: Buffer): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const plain = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, secret);
  return plain.map((byte, at) => byte ^ SALT.charCodeAt(at % SALT.length)) as Buffer;
}

function packet(sequence: number, ...parts: (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, sequence]), body]);
}

/** Version 10 of the protocol, mysql_native_password. */
function greeting(version: string, hasTls: boolean): Buffer {
  return packet(
    0,
    [10],
    `${version}\0`,
    [1, 0, 0, 0],
    SALT.slice(0, 8),
    [0],
    // LOCAL FILES and CONNECT WITH DB; TLS, the protocol of 4.1 and SECURE CONNECTION; PLUGIN AUTH.
    [0x88, 0x82 | (hasTls ? 0x08 : 0)],
    [45, 2, 0],
    [0x08, 0x00, 21],
    Array<number>(10).fill(0),
    `${SALT.slice(8)}\0`,
    'mysql_native_password\0',
  );
}
