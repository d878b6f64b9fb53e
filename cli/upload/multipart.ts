import { randomBytes } from 'node:crypto';
import { chunksOf } from '../files/file-digest.ts';
import { formatCount } from '../terminal/format.ts';

/** A form with text fields and one file behind them (RFC 7578) whose body can be streamed from disk any number of times. */
export interface FileForm {
  readonly contentType: string;
  /** Bytes of the file alone. */
  readonly fileSize: number;
  /** Bytes of the whole body. */
  readonly contentLength: number;
  /**
   * Streams the body afresh. A piece is good only until the next is asked for.
   * @param onBytes learns how many bytes of the file have gone so far
   * @throws when the file can't be read, or has not the size that it had
   */
  pieces(onBytes?: (sent: number) => void): AsyncGenerator<Uint8Array>;
}

/**
 * @param path of the file, which must not change meanwhile
 * @param size of the file in bytes
 * @param fields texts that stand before the file, by name
 */
export function fileForm(
  path: string,
  { fileName, size, fields = {} }: { fileName: string; size: number; fields?: Readonly<Record<string, string>> },
): FileForm {
  const boundary = `lumbung-${randomBytes(18).toString('hex')}`;
  const head = Buffer.from(
    `${fieldsOf(fields, boundary)}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName.replaceAll('"', '\\"')}"\r\n` +
      'Content-Type: application/zip\r\n\r\n',
  );
  const foot = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    fileSize: size,
    contentLength: head.length + size + foot.length,
    async *pieces(onBytes = () => {}) {
      yield head;
      yield* exactly(size, path, onBytes);
      yield foot;
    },
  };
}

function fieldsOf(fields: Readonly<Record<string, string>>, boundary: string): string {
  return Object.entries(fields)
    .map(([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
    .join('');
}

/** The length of the body has been told by then: a file of another size would leave the service waiting for the rest. */
async function* exactly(size: number, path: string, onBytes: (sent: number) => void): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of chunksOf(path)) {
    if (sent + piece.length > size) throw new Error(`${path} has grown: it had ${formatCount(size)} bytes`);
    yield piece;
    sent += piece.length;
    onBytes(sent);
  }
  if (sent < size)
    throw new Error(`${path} has shrunk: it has ${formatCount(sent)} of the ${formatCount(size)} bytes that it had`);
}
