import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** A part of a file: its first byte and its last. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** @returns SHA-256 of a file, or of a part of it, hexadecimal */
export async function sha256Of(path: string, part?: Part): Promise<string> {
  return digest(createReadStream(path, { highWaterMark: 1024 ** 2, ...part }), false);
}

/**
 * @returns SHA-256 of a dump without its last line, which tells the time: two dumps of the same database are the same
 * but for that
 */
export async function dumpDigest(path: string): Promise<string> {
  return digest(createReadStream(path, { highWaterMark: 1024 ** 2 }), true);
}

/** Reads a zip with Info-ZIP's unzip, a program that is not ours. @returns SHA-256 of what it holds @throws Error when unzip complains */
export async function zipContentSha256(path: string): Promise<string> {
  return unzipped(path, false);
}

/** @returns the same as `dumpDigest`, of the dump in a zip @throws Error when unzip complains */
export async function zippedDumpDigest(path: string): Promise<string> {
  return unzipped(path, true);
}

async function unzipped(path: string, dropsLastLine: boolean): Promise<string> {
  const unzip = spawn('unzip', ['-p', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [sha256, [code]] = await Promise.all([digest(unzip.stdout, dropsLastLine), once(unzip, 'close')]);
  if (code !== 0) throw new Error(`unzip -p ${path} ended with exit code ${code}`);
  return sha256;
}

/** Longer than the last line of any dump. */
const TAIL = 256;

async function digest(content: Readable, dropsLastLine: boolean): Promise<string> {
  const hash = createHash('sha256');
  let tail: Buffer = Buffer.alloc(0);
  for await (const piece of content as AsyncIterable<Buffer>) {
    const all = tail.length > 0 ? Buffer.concat([tail, piece]) : piece;
    const kept = dropsLastLine ? Math.min(TAIL, all.length) : 0;
    hash.update(all.subarray(0, all.length - kept));
    tail = all.subarray(all.length - kept);
  }
  const lastLine = tail.lastIndexOf('\n', tail.length - 2) + 1;
  return hash.update(tail.subarray(0, dropsLastLine ? lastLine : tail.length)).digest('hex');
}
