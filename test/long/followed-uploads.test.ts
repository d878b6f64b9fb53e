import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { buffer, json } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { entryNameOf, formatBackupName } from '../../protocol/backup-name.ts';
import { folderStorage } from '../../server/storage/folder/folder-storage.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { type RandomNumbers, randomNumbers } from '../../testing/service/fuzz-upload.ts';
import { request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { type OddZip, oddZip } from '../../testing/zips/odd-zip.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';

const sqlite = historyStores.find(({ name }) => name === 'SQLite')!;
/** Reported, so that a run that found something can be repeated: FUZZ_SEED=… FUZZ_CPU_SECONDS=… */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const CPU_SECONDS = Number(process.env.FUZZ_CPU_SECONDS ?? 300);
/** On a machine that is busy with something else. */
const MOST_SECONDS = Number(process.env.FUZZ_SECONDS ?? 900);

/** Small enough that zips of zeros go beyond it. */
const DUMP_LIMITS = { maxDumpBytes: 3_000_000, maxDumpRatio: 300 };

describe('odd zips, sent to a service that reads uploads while they arrive, and to one that reads them when they are there', () => {
  let folder: string;
  let follows: RunningApp;
  let waits: RunningApp;
  before(async () => {
    folder = await makeMemoryFolder('lumbung-odd-');
    const storage = folderStorage({ folder: join(folder, 'b') });
    follows = await runApp(sqlite, { dumpLimits: DUMP_LIMITS });
    waits = await runApp(sqlite, {
      dumpLimits: DUMP_LIMITS,
      storageDir: join(folder, 'b'),
      storage: { ...storage, receive: (address, content) => storage.receive(address, content) },
    });
  });
  after(async () => {
    await follows[Symbol.asyncDispose]();
    await waits[Symbol.asyncDispose]();
  });

  it(`get the same answer, state and findings, and only what holds the dump is kept (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED);
    const answers: Record<string, number> = {};
    const started = process.cpuUsage();
    const startedAt = performance.now();
    const isOver = () => {
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1e6 > CPU_SECONDS || (performance.now() - startedAt) / 1e3 > MOST_SECONDS;
    };
    let sent = 0;
    while (!isOver()) {
      sent += 1;
      const fileName = formatBackupName({ database: 'pt_xyz', takenAt: new Date(0), id: randomUUID() });
      const zip = oddZip(random, entryNameOf(fileName));
      const form = formOf(random, fileName, zip);
      const cuts = Array.from({ length: random(6) }, () => random(form.length)).sort((a, b) => a - b);
      const [one, other] = [await answerTo(follows, form, cuts), await answerTo(waits, form, cuts)];
      const what = `upload ${sent} of seed ${SEED}: ${zip.what}`;
      expect(one, what).to.deep.equal(other);
      const answer = `${one.status} ${one.answer.code ?? one.report?.data?.state ?? ''}`;
      answers[answer] = (answers[answer] ?? 0) + 1;
      if (one.status < 300) await expectKept(follows, fileName, zip, what);
      else expect(one.status, what).to.be.oneOf([413, 422]);
      if (sent % 50 === 0) await nextTurn();
    }
    const { user, system } = process.cpuUsage(started);
    const seconds = Math.round((user + system) / 1e6);
    console.log(`      ${sent} uploads in ${seconds} s of CPU: ${JSON.stringify(answers)}`);
    expect(Object.keys(answers)).to.have.length.above(4);
    for (const app of [follows, waits]) {
      expect((await app.storedFiles()).filter(name => name.endsWith('.part'))).to.deep.equal([]);
      expect(app.log.filter(({ level }) => Number(level) >= 50)).to.deep.equal([]);
    }
  }).timeout(1_200_000);
});

function formOf(random: RandomNumbers, fileName: string, { bytes, content }: OddZip): Buffer {
  const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  const manifest = manifestWith({ file_name: fileName, zip: { size: bytes.length, sha256: sha256(bytes) } });
  const isTrue = random(4) > 0;
  const told = isTrue ? content : content.subarray(1);
  Object.assign(manifest.dump, { size: told.length, sha256: sha256(told), rows: 12 });
  const tables = [{ name: 'kucing', rows: 12, bytes: 500 }];
  const document = { ...manifest, inventory: { ...manifest.inventory, tables } };
  const part = (disposition: string, data: Buffer) =>
    Buffer.concat([
      Buffer.from(`--xyz\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      data,
      Buffer.from('\r\n'),
    ]);
  const file = part(`name="file"; filename="${fileName}"`, bytes);
  const field = part('name="manifest"', Buffer.from(JSON.stringify(document)));
  const parts = [[file], [field, file], [file, field]][random(3)]!;
  return Buffer.concat([...parts, Buffer.from('--xyz--\r\n')]);
}

/** Sends the form in pieces. @returns all that the service says of it, but ids and times */
async function answerTo({ url }: RunningApp, form: Buffer, cuts: readonly number[]) {
  const headers = { 'content-type': 'multipart/form-data; boundary=xyz', 'content-length': form.length };
  const sending = httpRequest(`${url}/pt_xyz`, { method: 'POST', headers });
  const answering = new Promise<{ status: number; answer: Record<string, never> }>((resolve, reject) => {
    sending.on('error', reject).on('response', response => {
      json(response).then(answer => resolve({ status: response.statusCode!, answer: answer as never }), reject);
    });
  });
  let at = 0;
  for (const cut of [...cuts, form.length]) {
    await new Promise<void>(resolve => sending.write(form.subarray(at, cut), () => resolve()));
    at = cut;
    await nextTurn();
  }
  sending.end();
  const { status, answer } = await answering;
  const { id } = (answer.data ?? {}) as { id?: number };
  const report = id === undefined ? undefined : (await request(`${url}/${id}/manifest`)).json;
  return { status, answer: withoutTimes(answer), report: withoutTimes(report) };
}

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
function withoutTimes(value: unknown): any {
  return JSON.parse(JSON.stringify(value ?? null), (key, value) =>
    /^(id|received_at|checked_at|timestamp)$/.test(key) ? undefined : value,
  );
}

/** A kept zip has the bytes that were sent, and by zlib itself its data is the dump. */
async function expectKept(app: RunningApp, fileName: string, { bytes, content }: OddZip, what: string): Promise<void> {
  const stored = await buffer(createReadStream(join(app.storageDir, 'pt_xyz', fileName)));
  expect(stored.equals(bytes), what).to.equal(true);
  const start = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  const isStored = bytes.readUInt16LE(8) === 0;
  const dump = isStored ? undefined : inflateRawSync(bytes.subarray(start));
  const isTheDump = dump === undefined || dump.equals(content) || dump.equals(Buffer.concat([content, content]));
  expect(isTheDump, what).to.equal(true);
}
