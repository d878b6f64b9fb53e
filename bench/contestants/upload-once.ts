// Our upload, in a process of its own:  upload-once.ts SERVER DATABASE PATH SHA256
// Prints what it took without the start of the process.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { upload } from '../../cli/upload/upload.ts';
import { tell } from './tell.ts';

const [server, database, path, sha256] = process.argv.slice(2) as [string, string, string, string];
const { size } = await stat(path);
const request = { database, path, fileName: basename(path), size, sha256: Buffer.from(sha256, 'hex') };
const signal = new AbortController().signal;

await tell(async () => void (await upload(request, { server: new URL(server), retries: 0, signal })));
