import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../../protocol/format-bytes.ts';
import { codeOf } from '../errors.ts';

/** No list of databases is as long; what has no end (`/dev/zero`) must not be read to it. In bytes. */
const LONGEST = 16 * 2 ** 20;

/** How long a pipe may keep silent. */
const SILENCE_MS = 10_000;

/**
 * Reads a text that an administrator has written: UTF-8, or UTF-16 that begins with its byte order mark, as Windows writes
 * both. A pipe is read to its end, but not waited for forever.
 * @param options `isLenient`: what is no text in the end is taken as far as it can be read
 * @returns the text without a byte order mark
 * @throws Error that says what is wrong there and what to do; never with what stands there
 */
export async function readTextFile(path: string, { isLenient = false } = {}): Promise<string> {
  // Without NONBLOCK the opening of a pipe to which no one writes would never end, not even by the signal.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (found.isDirectory()) throw new Error('it is a folder, not a file');
  if (found.isCharacterDevice() || found.isBlockDevice()) throw new Error('it is a device, not a file');
  return decode(await readAll(file), !isLenient);
}

async function readAll(file: FileHandle): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let silent = 0; ; ) {
    const piece = Buffer.allocUnsafeSlow(64 * 1024);
    const bytesRead = await readSome(file, piece);
    if (bytesRead === 0) return Buffer.concat(pieces);
    if (bytesRead === undefined) {
      silent += 20;
      if (silent > SILENCE_MS) throw new Error(`it is a pipe that sent nothing for ${SILENCE_MS / 1000} s`);
      await sleep(20);
      continue;
    }
    silent = 0;
    size += bytesRead;
    if (size > LONGEST) throw new Error(`it is longer than ${formatBytes(LONGEST)}`);
    pieces.push(piece.subarray(0, bytesRead));
  }
}

/** @returns undefined when there is nothing for now */
async function readSome(file: FileHandle, piece: Buffer): Promise<number | undefined> {
  try {
    return (await file.read(piece, 0, piece.length, null)).bytesRead;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

function decode(bytes: Buffer, fatal: boolean): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  if (fatal && encoding === 'utf-8' && bytes.includes(0))
    throw new Error(`it holds zero bytes, as UTF-16 without a byte order mark does; ${SAVE}`);
  try {
    return new TextDecoder(encoding, { fatal }).decode(bytes);
  } catch (error) {
    if (encoding !== 'utf-8') throw new Error(`it is not valid UTF-16; ${SAVE}`, { cause: error });
    throw new Error(`${placeOfFirstFault(bytes)} is not UTF-8; ${SAVE}`, { cause: error });
  }
}

const SAVE = 'save the file as UTF-8 (iconv -f latin1 -t utf8 does that with a file of Western Europe)';

function placeOfFirstFault(bytes: Buffer): string {
  const before = bytes.subarray(0, lengthOfValid(bytes));
  const lineStart = before.lastIndexOf(0x0a) + 1;
  const line = before.toString('latin1').split('\n').length;
  const column = before.subarray(lineStart).toString('utf8').length + 1;
  return `line ${line}, column ${column} (byte ${before.length + 1} of the file)`;
}

/** @returns how many bytes at the beginning are whole characters in UTF-8 */
function lengthOfValid(bytes: Buffer): number {
  let [valid, invalid] = [0, bytes.length];
  // Halving: each prefix of what is valid is valid, but for a character that is cut, which streaming lets pass.
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (wholeCharacters(bytes.subarray(0, middle)) === undefined) invalid = middle;
    else valid = middle;
  }
  return Buffer.byteLength(wholeCharacters(bytes.subarray(0, valid)) ?? '');
}

/** @returns without a character that is cut off at the end; undefined when it is not UTF-8 */
function wholeCharacters(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
