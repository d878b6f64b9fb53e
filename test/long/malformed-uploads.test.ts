import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { METERED, meterWhile } from '../../testing/service/meter-service.ts';
import { request } from '../../testing/service/requests.ts';
import { startService } from '../../testing/service/service.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';

/** FUZZ_SEED=N tries the same again, FUZZ_UPLOADS=N as many. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const UPLOADS = Number(process.env.FUZZ_UPLOADS ?? 20_000);
const AT_ONCE = 12;
const MAX_MIB = 350;
/** What the service may say of itself; anything else of 500 and above is a mistake of its own. */
const BUSY = ['TOO_MANY_UPLOADS', 'TOO_MANY_CONNECTIONS'];

describe('uploads of which anything may be wrong', () => {
  it(`get an answer of theirs, and harm no one: ${UPLOADS} of them, FUZZ_SEED=${SEED}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-fuzz-'));
    const storage = join(folder, 'backups');
    try {
      await using service = await startService({
        DATABASE_URL: `sqlite:${folder}/h.sqlite`,
        STORAGE_DIR: storage,
        // What is kept for ever would not fit into such a heap.
        NODE_OPTIONS: `${METERED.NODE_OPTIONS} --max-old-space-size=64`,
      });
      const seen = new Map<string, number>();
      let next = 0;
      const worker = async () => {
        while (next < UPLOADS) {
          const index = next++;
          const answer = await exchange(service.url, fuzzed(index));
          const [status, code] = [/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1], /"code":"(\w+)"/.exec(answer)?.[1]];
          seen.set(`${status} ${code}`, (seen.get(`${status} ${code}`) ?? 0) + 1);
          if (Number(status) >= 500 && !BUSY.includes(code!)) throw new Error(`upload ${index}: ${answer}`);
        }
      };
      const figures = await meterWhile(service, () => Promise.all(Array.from({ length: AT_ONCE }, worker)));
      console.log(Object.fromEntries([...seen].sort()), figures);
      expect(figures.stalledMs).to.be.lessThan(1_000);
      expect(figures.late - figures.early, 'MiB that the last third keeps more than the first').to.be.lessThan(20);
      expect(figures.peak, 'MiB').to.be.lessThan(MAX_MIB);
      expect(seen.get('201 undefined'), 'some must be right').to.be.greaterThan(UPLOADS / 200);
      await sleep(1_000);
      expect(await leftovers(storage)).to.deep.equal([]);
      const { json } = await request(`${service.url}/graphql?query=%7Bdatabases%7BtotalCount%7D%7D`);
      expect(json.data.databases.totalCount).to.be.greaterThan(0);
      expect(service.output()).to.not.match(/"level":"(error|fatal)"/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Zips without a record, records without a zip, and what is half done. */
async function leftovers(storage: string): Promise<string[]> {
  const names = (await readdir(storage, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile());
  const files = new Set(names.map(({ name }) => name).filter(name => !name.startsWith('.lumbung')));
  return [...files].filter(name => {
    if (name.endsWith('.zip')) return !files.has(`${name}.json`);
    return !(name.endsWith('.zip.json') && files.has(name.slice(0, -5)));
  });
}

interface Fuzzed {
  readonly bytes: Buffer;
  /** How it ends: its side is closed, or the connection is cut. */
  readonly isCut: boolean;
}

/** @returns all that came back */
function exchange(url: string, { bytes, isCut }: Fuzzed): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', chunk => (text += chunk));
    socket.on('error', () => {}).once('close', () => resolve(text));
    if (isCut) socket.write(bytes, () => socket.destroy());
    else socket.end(bytes);
  });
}

/** @returns a number from 0 up to `below`; the same ones for the same upload and seed (mulberry32) */
function randomOf(index: number): (below: number) => number {
  let state = (SEED + index * 0x9e3779b1) | 0;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof randomOf>;

function fuzzed(index: number): Fuzzed {
  const random = randomOf(index);
  const oneOf = <T>(...values: T[]): T => values[random(values.length)]!;
  const rarely = <T>(usual: T, ...others: T[]): T => (random(6) > 0 ? usual : oneOf(...others));
  const database = oneOf('pt_xyz', 'shöp', 'toko-buku', `db${random(40)}`);
  const zip = sampleZip({ database, content: oneOf('-- Dump completed\n', 'x', '', 'x'.repeat(random(90_000))) });
  const boundary = rarely('xyz', '', 'x'.repeat(70), 'a b', "'()+_,-./:=?", '-');
  const body = formOf(zip, boundary, random, oneOf, rarely);
  const isChunked = random(4) === 0;
  const path = rarely(
    encodeURIComponent(database),
    'other',
    '%zz',
    'a%2Fb',
    '-/scrub',
    'graphql',
    '1/download',
    '%00',
    '..',
  );
  const head = [
    `${rarely('POST', 'PUT', 'GET', 'post', 'HEAD', 'OPTIONS')} ${rarely('/', '', '//', 'http://localhost/', '*')}${path}${rarely('', '?a=b', '?', '#x')} ${rarely('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1')}`,
    `Host: ${rarely('localhost', '127.0.0.1', 'evil.example', '', 'localhost:99999', 'a b')}`,
    `Content-Type: ${rarely('multipart/form-data', 'Multipart/Form-Data', 'multipart/mixed', 'text/plain', '', 'x')}${rarely(';', ' ;', '')} boundary=${rarely(boundary, `"${boundary}"`, '', 'other')}`,
    isChunked
      ? `Transfer-Encoding: ${rarely('chunked', 'gzip', 'chunked, chunked', 'identity')}`
      : `Content-Length: ${rarely<number | string>(body.length, body.length - 1 - random(20), body.length + random(20), -1, '0x10', 2 ** 53)}`,
    ...rarely(
      [],
      ['Expect: 100-continue'],
      ['Connection: close'],
      ['Repr-Digest: sha-256=:AAAA:'],
      ['Host: x'],
      ['Content-Length: 5'],
      ['If-Match: *'],
      ['Sec-Fetch-Site: cross-site'],
      [`X: ${'y'.repeat(20_000)}`],
      ['X-Request-Id: \u00e4'],
    ),
  ];
  const sent = isChunked ? chunked(body, random, rarely) : body;
  const all = Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    sent,
    Buffer.from(rarely('', 'JUNK', '\r\n')),
  ]);
  return { bytes: random(10) > 0 ? all : all.subarray(0, random(all.length)), isCut: random(12) === 0 };
}

type OneOf = <T>(...values: T[]) => T;
type Rarely = <T>(usual: T, ...others: T[]) => T;

function formOf(zip: SampleZip, boundary: string, random: Random, oneOf: OneOf, rarely: Rarely): Buffer {
  const line = rarely('\r\n', ' \r\n', '\n', '\t\r\n', '');
  const field = (name: string, value: string | Buffer, ...more: string[]) =>
    Buffer.concat([
      Buffer.from([`Content-Disposition: form-data; name="${name}"`, ...more, '', ''].join('\r\n')),
      Buffer.from(value as string),
    ]);
  const fileName = rarely(
    zip.fileName,
    '',
    'x.zip',
    `../${zip.fileName}`,
    zip.fileName.normalize('NFD'),
    'a\u0000b',
    '"',
  );
  const file = () =>
    Buffer.concat([
      Buffer.from(
        `Content-Disposition: form-data; name="${rarely('file', 'manifest', '', '__proto__')}"; filename="${fileName}"\r\n\r\n`,
      ),
      broken(zip.bytes, random),
    ]);
  const manifest = JSON.stringify(sampleManifest(zip));
  const others = [
    () =>
      field(
        'manifest',
        rarely<string | Buffer>(
          manifest,
          '',
          '{',
          '[]',
          'null',
          `${manifest}x`,
          '['.repeat(20_000),
          broken(Buffer.from(manifest), random),
        ),
      ),
    () => field('db_name', rarely(zip.database, 'x', '', 'y'.repeat(2_000))),
    () =>
      field(
        oneOf('constructor', 'a[b]', '__proto__', '', 'ü'),
        'x'.repeat(oneOf(0, 10, 70_000)),
        ...rarely([], ['Content-Type: application/octet-stream']),
      ),
    () =>
      Buffer.from(
        oneOf(
          '',
          'no header',
          'A: b\r\n\r\nx',
          'Content-Disposition: attachment\r\n\r\nx',
          `Content-Disposition: form-data; filename=""\r\n\r\n`,
        ),
      ),
    file,
  ];
  const parts = Array.from({ length: rarely(0, 1, 2, 10) }, () => oneOf(...others)());
  const place = random(parts.length + 1);
  if (random(20) > 0) parts.splice(place, 0, file());
  if (random(2) === 0) parts.splice(random(parts.length + 1), 0, field('manifest', manifest));
  const pieces = parts.flatMap(part => [Buffer.from(`--${boundary}${line}`), part, Buffer.from('\r\n')]);
  const end = rarely(`--${boundary}--\r\n`, `--${boundary}\r\n`, '', `--${boundary}-- x`);
  return Buffer.concat([Buffer.from(rarely('', 'preamble\r\n')), ...pieces, Buffer.from(end)]);
}

/** Usually as it is; else with some bytes changed, cut, or twice. */
function broken(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const kind = random(9);
  if (kind === 0) for (let i = 0; i < 1 + random(4); i++) copy[random(copy.length)] = random(256);
  if (kind === 1) return copy.subarray(0, random(copy.length));
  if (kind === 2) return Buffer.concat([copy, copy]);
  return copy;
}

function chunked(body: Buffer, random: Random, rarely: Rarely): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = 1 + random(body.length - at);
    const head = rarely(size.toString(16), `${size.toString(16)};a=b`, `0${size.toString(16)}`, 'x', 'ffffffffffff');
    pieces.push(Buffer.from(`${head}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  return Buffer.concat([...pieces, Buffer.from(rarely('0\r\n\r\n', '0\r\nX: y\r\n\r\n', ''))]);
}
