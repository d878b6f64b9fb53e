import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import yauzl from 'yauzl';
import { zip } from '../../testing/zips/zip-file.ts';
import { zipHead, zipTail } from './format.ts';

const run = promisify(execFile);
const MiB = 1024 * 1024;
const SQL = Buffer.from("INSERT INTO `kucing` VALUES (1,'Oren 🐈',0xDEADBEEF);\n".repeat(12_000));

describe('zip, as independent programs read it', function () {
  this.timeout(60_000);
  let folder: string;
  let source: string;
  let target: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-zip-'));
    source = join(folder, 'x.sql');
    target = join(folder, 'x.sql.zip');
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [program, read] of Object.entries(readers()))
    describe(`${program}`, () => {
      before(function () {
        if (!read) {
          console.warn(`      NOT TESTED: ${program} is not installed`);
          this.skip();
        }
      });

      const contents = { empty: Buffer.alloc(0), SQL, random: randomBytes(MiB + 1) };
      for (const [kind, content] of Object.entries(contents))
        it(`holds the dump, byte for byte: ${kind}`, async () => {
          await writeFile(source, content);
          await zip(source, target);
          expectContent(await read!(target), 'x.sql', content);
        });

      it('holds the dump under its name, for any name', async () => {
        for (const name of ['with space.sql', '🐈 データ.sql', `o'clock "x" \`y\`.sql`, '-x$(id).sql', 'no ending']) {
          await writeFile(source, name);
          await zip(source, join(folder, `${name}.zip`));
          expectContent(await read!(join(folder, `${name}.zip`)), name, Buffer.from(name));
        }
      });

      it('is as readable in ZIP64', async () => {
        for (const content of Object.values(contents)) {
          writeFileSync(target, composed(content, true));
          expectContent(await read!(target), 'x.sql', content);
        }
      });
    });

  it('extracts as private and as old as the dump was', async function () {
    if (!installed('unzip')) return skipLoudly(this, 'unzip is not installed');
    await writeFile(source, SQL, { mode: 0o644 });
    const at = new Date('2023-10-31T23:58:57Z');
    await utimes(source, at, at);
    await zip(source, target);
    await run('unzip', ['-q', target, '-d', join(folder, 'out')], { env: { ...process.env, TZ: 'Asia/Jakarta' } });
    const { mode, mtime } = await stat(join(folder, 'out', 'x.sql'));
    expect(mode & 0o777).to.equal(0o600);
    expect(mtime).to.deep.equal(at);
  });

  it('says of itself what Python sees', async function () {
    if (!installed('python3')) return skipLoudly(this, 'python3 is not installed');
    await writeFile(source, SQL);
    const at = new Date('2023-10-31T23:58:56Z');
    await utimes(source, at, at);
    await zip(source, target);
    const script = `import sys, zipfile
e, = zipfile.ZipFile(sys.argv[1]).infolist()
print(e.date_time, e.create_system, oct(e.external_attr >> 16), hex(e.flag_bits), e.file_size, hex(e.CRC))`;
    const { stdout } = await run('python3', ['-c', script, target]);
    expect(stdout.trim()).to.equal(
      `(2023, 10, 31, 23, 58, 56) 3 0o100600 0x808 ${SQL.length} 0x${crc32(SQL).toString(16)}`,
    );
  });

  it('writes a compressed size and an offset over 4 GiB as all readers expect', async () => {
    // A hole stands for the compressed bytes: what is read here is the directory.
    const compressedSize = 2 ** 32 + 5;
    const size = 2 ** 33 + 7;
    const entry = { name: 'x.sql', modifiedAt: new Date(), zip64: true };
    await using file = await open(target, 'wx');
    const head = zipHead(entry);
    await file.write(head);
    await file.write(zipTail(entry, { crc32: 0, size, compressedSize }), 0, null, head.length + compressedSize);

    await firstEntry(target, entry => {
      expect(entry).to.include({ fileName: 'x.sql', uncompressedSize: size, compressedSize });
    });
    const listings = {
      unzip: ['-lv', target],
      '7z': ['l', target],
      python3: ['-c', 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).infolist())', target],
    };
    for (const [program, args] of Object.entries(listings)) {
      if (!installed(program)) console.warn(`      NOT TESTED: ${program} is not installed`);
      else
        expect((await run(program, args)).stdout, program)
          .to.contain(`${size}`)
          .and.to.contain(`${compressedSize}`);
    }
  });
});

/** What {@link zip} writes, made of its parts, so that a small entry can be written as ZIP64. */
function composed(content: Buffer, zip64: boolean): Buffer {
  const entry = { name: 'x.sql', modifiedAt: new Date(), zip64 };
  const deflated = deflateRawSync(content);
  const sums = { crc32: crc32(content), size: content.length, compressedSize: deflated.length };
  return Buffer.concat([zipHead(entry), deflated, zipTail(entry, sums)]);
}

interface ReadEntry {
  name: string;
  content: Buffer;
}

/** Every reader checks the whole archive, and then hands out its one entry. */
function readers(): Record<string, ((path: string) => Promise<ReadEntry>) | undefined> {
  const utf8 = { encoding: 'buffer', maxBuffer: 64 * MiB, env: { ...process.env, LC_ALL: 'C.UTF-8' } } as const;
  return {
    'Info-ZIP': !installed('unzip')
      ? undefined
      : async path => {
          await run('unzip', ['-tq', path]);
          const name = (await run('unzip', ['-Z1', path], utf8)).stdout.toString().trimEnd();
          return { name, content: (await run('unzip', ['-p', path], utf8)).stdout };
        },
    '7-Zip': !installed('7z')
      ? undefined
      : async path => {
          const { stdout } = await run('7z', ['t', path]);
          expect(stdout)
            .to.contain('Everything is Ok')
            .and.not.to.match(/warning|error/i);
          const listing = (await run('7z', ['l', '-slt', '-ba', path], utf8)).stdout.toString();
          const name = /^Path = (.*)$/m.exec(listing)![1]!;
          return { name, content: (await run('7z', ['e', '-so', path], utf8)).stdout };
        },
    Python: !installed('python3')
      ? undefined
      : async path => {
          const script = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
name, = z.namelist()
sys.stdout.buffer.write(name.encode() + b"\\0" + z.read(name))`;
          const { stdout } = await run('python3', ['-c', script, path], utf8);
          const end = stdout.indexOf(0);
          return { name: stdout.subarray(0, end).toString(), content: stdout.subarray(end + 1) };
        },
    'adm-zip': async path => {
      const [entry, ...others] = new AdmZip(path).getEntries();
      expect(others).to.have.length(0);
      return { name: entry!.entryName, content: entry!.getData() };
    },
    yauzl: readWithYauzl,
  };
}

async function readWithYauzl(path: string): Promise<ReadEntry> {
  return firstEntry(path, async (entry, archive) => {
    const content = await buffer(await archive.openReadStreamPromise(entry));
    expect(crc32(content), 'CRC-32').to.equal(entry.crc32); // which yauzl leaves to its caller
    return { name: entry.fileName, content };
  });
}

async function firstEntry<T>(
  path: string,
  use: (entry: yauzl.Entry, archive: yauzl.ZipFile) => T,
): Promise<Awaited<T>> {
  const archive = await yauzl.openPromise(path);
  expect(archive.entryCount).to.equal(1);
  for await (const entry of archive.eachEntry()) return await use(entry, archive);
  return expect.fail('no entry');
}

function expectContent(read: ReadEntry, name: string, content: Buffer): void {
  expect(read.name).to.equal(name);
  expect(read.content.length).to.equal(content.length);
  expect(read.content.equals(content), 'content').to.equal(true);
}

function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some(folder => existsSync(join(folder, program)));
}

function skipLoudly(test: Mocha.Context, why: string): void {
  console.warn(`      NOT TESTED: ${why}`);
  test.skip();
}
