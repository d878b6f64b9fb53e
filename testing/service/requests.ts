import { expect } from 'chai';
import type { SampleZip } from '../zips/sample-zip.ts';

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape
  readonly json: any;
}

export async function request(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

/** Uploads through a form, as a client does; with its manifest before the file, if it has one. */
export function upload(
  url: string,
  { database, fileName, bytes }: Pick<SampleZip, 'database' | 'fileName' | 'bytes'>,
  { field = 'file', fields = {}, manifest, headers = {} }: UploadOptions = {},
): Promise<Answer> {
  const form = new FormData();
  if (manifest !== undefined) form.append('manifest', JSON.stringify(manifest));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append(field, new Blob([new Uint8Array(bytes)]), fileName);
  return request(`${url}/${encodeURIComponent(database)}`, { method: 'POST', body: form, headers });
}

interface UploadOptions {
  readonly field?: string;
  readonly fields?: Record<string, string>;
  readonly manifest?: object | undefined;
  readonly headers?: Record<string, string>;
}

export function graphql(url: string, query: string, variables: object = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return request(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
}

/** @throws AssertionError unless it is an error answer of that status and code, in the one shape that they all have */
export function expectError(
  { status, json, text }: Answer,
  wantStatus: number,
  wantCode: string,
  field?: string,
): void {
  expect({ status, code: json?.code }, text).to.deep.equal({ status: wantStatus, code: wantCode });
  const { free_bytes: _, ...rest } = json;
  expect(rest, text).to.have.keys('message', 'code', 'errors');
  if (wantCode !== 'STORAGE_FULL') expect(json, text).not.to.have.property('free_bytes');
  expect(json.message).to.be.a('string').and.not.equal('');
  if (field) expect(json.errors.map((error: { field: string }) => error.field)).to.include(field);
}
