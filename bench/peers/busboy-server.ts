// The least that takes an upload: busboy, straight into a file; no checks, no digests, no fsync.
//   busboy-server.ts FOLDER
// Prints its address when it listens. busboy is what multer stands on, and comes with it.
import { createWriteStream } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type Busboy = (options: { headers: IncomingHttpHeaders }) => Writable;
const busboy = createRequire(import.meta.resolve('multer'))('busboy') as Busboy;
const folder = process.argv[2]!;

const server = createServer(async (request, response) => {
  try {
    const form = busboy({ headers: request.headers });
    const files: Promise<void>[] = [];
    form.on('file', (_field: string, content: Readable, { filename }: { filename: string }) =>
      files.push(pipeline(content, createWriteStream(join(folder, filename)))),
    );
    await pipeline(request, form);
    await Promise.all(files);
    response.writeHead(201).end();
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`));
