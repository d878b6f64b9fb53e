import type { Readable } from 'node:stream';

const KEPT_BYTES = 8192;

/**
 * Keeps the beginning and the end of what a child process says on stderr, however much that is.
 * @returns a function that gives what was said so far, as text, with `secret` blotted out
 */
export function excerptOf(stderr: Readable, secret: string): () => string {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let left = 0;
  stderr.on('data', (chunk: Buffer) => {
    const room = KEPT_BYTES - head.length;
    head = Buffer.concat([head, chunk.subarray(0, room)]);
    const rest = Buffer.concat([tail, chunk.subarray(room)]);
    tail = rest.subarray(Math.max(0, rest.length - KEPT_BYTES));
    left += rest.length - tail.length;
  });
  return () => {
    const gap = left > 0 ? `\n… ${left} bytes left out …\n` : '';
    const said = `${head.toString('utf8')}${gap}${tail.toString('utf8')}`.trim();
    return secret === '' ? said : said.replaceAll(secret, '***');
  };
}
