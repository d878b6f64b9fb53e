import { createHash, type Hash } from 'node:crypto';
import { CommandError, codeOf, EXIT, messageOf } from '../errors.ts';
import type { Sink } from './fetch-backup.ts';

/** A download goes on to the next program at once: what has gone can't be taken back, and is not sent twice. */
export class StdoutSink implements Sink {
  readonly name = 'stdout';
  readonly #out: NodeJS.WritableStream;
  readonly #hash = createHash('sha256');
  #length = 0;

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
  }

  async soFar(): Promise<{ hash: Hash; length: number }> {
    return { hash: this.#hash.copy(), length: this.#length };
  }

  async from(at: number): Promise<number> {
    return this.#length - at;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(notTaken(error)) : resolve());
      this.#out.write(chunk, done);
    });
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  async flush(): Promise<void> {}
}

function notTaken(error: Error): CommandError {
  const why = codeOf(error) === 'EPIPE' ? 'the program that reads it has ended' : messageOf(error);
  return new CommandError(`stdout can't be written: ${why}`, EXIT.someFailed, { cause: error });
}
