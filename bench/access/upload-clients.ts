// A client that uploads one zip after another over one connection:  upload-clients.ts '{"url": …, "paths": […], "token": …}'
// Prints what it took, as load-clients.ts does.
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';

/** What is to be uploaded; goes to this process as JSON. */
export interface UploadPlan {
  /** Of the database: `http://127.0.0.1:PORT/NAME` */
  readonly url: string;
  readonly paths: readonly string[];
  readonly token?: string | undefined;
}

const { url, paths, token } = JSON.parse(process.argv[2]!) as UploadPlan;
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };

const took: number[] = [];
for (const path of paths) {
  const body = new FormData();
  body.append('file', await openAsBlob(path), basename(path));
  const began = performance.now();
  const response = await fetch(url, { method: 'POST', body, headers });
  const text = await response.text();
  took.push(performance.now() - began);
  if (response.status !== 201) throw new Error(`${path} was answered ${response.status}: ${text.slice(0, 500)}`);
}
const wallSeconds = took.reduce((sum, ms) => sum + ms, 0) / 1000 / took.length;
took.sort((a, b) => a - b);
const below = (part: number) => took[Math.ceil(part * took.length) - 1]!;
console.log(JSON.stringify({ wallSeconds, cpuSeconds: 0, answers: took.length, p50: below(0.5), p95: below(0.95) }));
