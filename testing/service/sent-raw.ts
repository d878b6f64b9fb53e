import { connect } from 'node:net';

interface Raw {
  /** The whole request. */
  readonly bytes: Buffer;
  /** Whether the client goes away when it has sent that, without waiting for an answer. */
  readonly goesAway: boolean;
}

const ANSWER_WITHIN_MS = 50_000;

/**
 * Sends bytes as they are over a connection of their own, and ends it.
 * @returns the status of the last answer, undefined when the connection was closed without one
 * @throws Error when the service neither answers nor closes
 */
export function sentRaw(url: string, { bytes, goesAway }: Raw): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const timer = setTimeout(() => {
      reject(new Error(`no answer to ${JSON.stringify(bytes.toString('latin1').slice(0, 400))}`));
      socket.destroy();
    }, ANSWER_WITHIN_MS);
    socket.on('data', data => {
      if (answer.length < 4096) answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      const status = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].at(-1)?.[1];
      resolve(status === undefined ? undefined : Number(status));
    });
    socket.write(bytes, () => (goesAway ? socket.destroy() : socket.end()));
  });
}
