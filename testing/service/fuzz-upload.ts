import { createHash, randomUUID } from 'node:crypto';
import { manifestWith } from '../zips/sample-manifest.ts';
import { CONTENT, ENTRY, UUID } from '../zips/zip-writers.ts';

/** An upload as it goes over the wire. */
export interface FuzzedUpload {
  /** Which mutations it has. */
  readonly what: string;
  readonly bytes: Buffer;
  readonly goesAway: boolean;
}

export type RandomNumbers = (below: number) => number;

/** @returns numbers that look random, the same for the same seed (mulberry32) */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Makes an upload of one of the zips, sound in all but a few respects, or in all. */
export function fuzzedUpload(random: RandomNumbers, zips: readonly Buffer[]): FuzzedUpload {
  const what: string[] = [];
  /** Does something to a part of the upload, one time in so many. */
  const sometimes = <T>(oneIn: number, name: string, value: T, mutate: (value: T) => T): T => {
    if (random(oneIn) > 0) return value;
    what.push(name);
    return mutate(value);
  };
  const id = randomUUID();
  const entry = ENTRY.replace(UUID, id);
  const sound: Buffer = Buffer.from(zips[random(zips.length)]!.toString('latin1').replaceAll(UUID, id), 'latin1');
  const zip = sometimes(2, 'zip', sound, bytes => mutated(random, bytes));
  const fileName = sometimes(12, 'file name', `${entry}.zip`, name => mutatedText(random, name));
  const document = sometimes(
    2,
    'manifest',
    manifestOf(`${entry}.zip`, sound),
    value => mutatedValue(random, value) as object,
  );
  const manifest = sometimes(6, 'text of the manifest', JSON.stringify(document) ?? '', text =>
    mutatedText(random, text),
  );
  const parts = [
    ...(random(2) ? [part('name="manifest"', Buffer.from(manifest))] : []),
    ...(random(8) ? [] : [part('name="db_name"', Buffer.from(random(2) ? 'pt_xyz' : 'other'))]),
    part(`name="file"; filename="${fileName}"`, zip),
  ];
  const all = sometimes(15, 'parts', parts, parts => shuffled(random, parts));
  const form = Buffer.concat([...all, Buffer.from('--xyz--\r\n')]);
  const body = sometimes<Buffer>(6, 'body', form, bytes => mutated(random, bytes));
  const digest = createHash('sha256').update(zip).digest('base64');
  const headers = [
    'Host: 127.0.0.1',
    `Content-Type: ${sometimes(15, 'type', 'multipart/form-data; boundary=xyz', text => mutatedText(random, text))}`,
    ...(random(3)
      ? []
      : [`Repr-Digest: ${sometimes(3, 'digest', `sha-256=:${digest}:`, text => mutatedText(random, text))}`]),
    `Content-Length: ${sometimes(15, 'length', body.length, length => Math.max(0, length + random(41) - 20))}`,
    'Connection: close',
  ];
  const path = sometimes(15, 'path', '/pt_xyz', text => mutatedText(random, text));
  const head = Buffer.from(`POST ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1');
  const request = sometimes<Buffer>(20, 'head', Buffer.concat([head, body]), bytes =>
    Buffer.concat([mutated(random, bytes.subarray(0, head.length)), bytes.subarray(head.length)]),
  );
  const goesAway = random(20) === 0;
  const bytes = sometimes<Buffer>(12, 'cut', request, bytes => bytes.subarray(0, random(bytes.length)));
  return { what: what.join(', ') || 'nothing', bytes, goesAway };
}

function manifestOf(fileName: string, zip: Buffer): object {
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const manifest = manifestWith({ file_name: fileName, zip: { size: zip.length, sha256: sha256(zip) } });
  const tables = [{ name: 'kucing', rows: 12, bytes: 500 }];
  Object.assign(manifest.dump, { size: CONTENT.length, sha256: sha256(CONTENT), rows: 12 });
  return { ...manifest, inventory: { ...manifest.inventory, tables } };
}

function part(disposition: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`--xyz\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
}

/** Flips, cuts out, doubles, fills up or overwrites some bytes. */
function mutated(random: RandomNumbers, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let times = 1 + random(4); times > 0 && result.length > 0; times--) {
    const at = random(result.length);
    const length = Math.min(result.length - at, 1 + random(random(4) ? 8 : 200));
    const [before, here, behind] = [
      result.subarray(0, at),
      result.subarray(at, at + length),
      result.subarray(at + length),
    ];
    const ways = [
      () => Buffer.concat([before, here.map(byte => byte ^ (1 << random(8))), behind]),
      () => Buffer.concat([before, behind]),
      () => Buffer.concat([before, here, here, behind]),
      () => Buffer.concat([before, Buffer.alloc(length, random(256)), behind]),
      () => Buffer.concat([before, Buffer.from(SNIPPETS[random(SNIPPETS.length)]!, 'latin1'), here, behind]),
      () => Buffer.concat([behind, here, before]),
      () => before,
    ];
    result = Buffer.from(ways[random(ways.length)]!());
  }
  return result;
}

const SNIPPETS = [
  ...[
    'PK\x03\x04',
    'PK\x01\x02',
    'PK\x05\x06',
    'PK\x06\x06',
    'PK\x06\x07',
    'PK\x07\x08',
    '\xff'.repeat(8),
    '\0'.repeat(30),
  ],
  ...['\r\n', '\r\n\r\n', '--xyz\r\n', '\r\n--xyz--\r\n', '"', '\\', '%00', '%', '../', '\0', '\u00ff', ';', '=', ','],
  ...["filename*=UTF-8''%e2%82%ac", '{', '}', '[', ']', '9'.repeat(400), '-1', 'null', '__proto__', '1e999', '\\ud800'],
];

function mutatedText(random: RandomNumbers, text: string): string {
  return mutated(random, Buffer.from(text)).toString('latin1');
}

/** Replaces one value somewhere in a document, or adds a key. */
function mutatedValue(random: RandomNumbers, value: unknown): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || random(6) === 0) return ODD_VALUES[random(ODD_VALUES.length)]!(random);
  const keys = Object.keys(value as object);
  const key = keys[random(keys.length)]!;
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === key ? mutatedValue(random, item) : item));
  const copy: Record<string, unknown> = { ...(value as object) };
  const way = random(8);
  if (way === 0) delete copy[key];
  else if (way === 1) copy[ODD_KEYS[random(ODD_KEYS.length)]!] = mutatedValue(random, copy[key]);
  else copy[key] = mutatedValue(random, copy[key]);
  return copy;
}

const ODD_KEYS = ['', 'constructor', 'toString', 'length', 'é', 'x'.repeat(5000)];
const ODD_VALUES: Array<(random: RandomNumbers) => unknown> = [
  () => null,
  () => true,
  () => -1,
  () => 1.5,
  () => 1e300,
  () => '',
  () => 'x'.repeat(100_000),
  () => '\ud800',
  () => '2023-99-99T99:99:99.999Z',
  () => [],
  () => ({}),
  () => [[[[{}]]]],
  random => Array.from({ length: random(20_000) }, (_, at) => ({ name: `t${at}`, rows: at, bytes: 1 })),
  random => Array.from({ length: random(20_000) }, () => ({ code: 'OBJECTS_GONE', severity: 'warning', message: 'x' })),
  random => nested(random(3000)),
];

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let at = 0; at < depth; at++) value = [value];
  return value;
}

function shuffled<T>(random: RandomNumbers, items: readonly T[]): T[] {
  return Array.from({ length: random(6) }, () => items[random(items.length)]!);
}
