import { randomBytes } from 'node:crypto';
import { piecesOf } from './file-digest.ts';

/** A form with text fields and one file behind them (RFC 7578) whose body can be streamed from disk any number of times. */
export interface FileForm {
  readonly contentType: string;
  /** Bytes of the file alone. */
  readonly fileSize: number;
  /** Bytes of the whole body. */
  readonly contentLength: number;
  /**
   * @param onBytes learns how many bytes of the file have gone so far
   * @param onReadError learns why the file can't be read: fetch would tell it as a failure of the network
   * @returns a fresh stream of the body
   */
  body(
    onBytes: (sent: number) => void,
    onReadError?: (error: unknown) => void,
  ): ReadableStream<Uint8Array<ArrayBuffer>>;
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
    body: (onBytes, onReadError = () => {}) => streamOf(parts(path, head, foot, onBytes), onReadError),
  };
}

function fieldsOf(fields: Readonly<Record<string, string>>, boundary: string): string {
  return Object.entries(fields)
    .map(([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
    .join('');
}

async function* parts(
  path: string,
  head: Buffer,
  foot: Buffer,
  onBytes: (sent: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield new Uint8Array(head);
  let sent = 0;
  for await (const piece of piecesOf(path)) {
    yield piece;
    sent += piece.length;
    onBytes(sent);
  }
  yield new Uint8Array(foot);
}

/** Pulls one piece at a time: nothing is read before the connection has room for it. */
function streamOf(
  source: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await source.next().catch(error => {
          onError(error);
          throw error;
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
