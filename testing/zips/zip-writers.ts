import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { zipHead, zipTail } from '../../cli/zip/format.ts';

const run = promisify(execFile);

/** What all sample zips hold. */
export const CONTENT = Buffer.from(
  `${Array.from({ length: 12 }, (_, id) => `INSERT INTO kucing VALUES (${id * 7919});`).join('\n')}\n-- Dump completed\n`,
);

export const UUID = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
/** The entry of all of them. */
export const ENTRY = `mysql-2023-10-31-00-00-00-pt_xyz-${UUID}.sql`;

/** @returns zips as our own writer and adm-zip make them, by the name of the writer */
export function ownZips(): Record<string, Buffer> {
  const data = deflateRawSync(CONTENT);
  const sums = { crc32: crc32(CONTENT), size: CONTENT.length, compressedSize: data.length };
  const composed = (zip64: boolean) => {
    const entry = { name: ENTRY, modifiedAt: new Date('2023-10-31T00:00:00Z'), zip64 };
    return Buffer.concat([zipHead(entry), data, zipTail(entry, sums)]);
  };
  const adm = new AdmZip();
  adm.addFile(ENTRY, CONTENT);
  const stored = new AdmZip();
  stored.addFile(ENTRY, CONTENT);
  stored.getEntry(ENTRY)!.header.method = 0;
  return {
    ours: composed(false),
    'ours, ZIP64': composed(true),
    'adm-zip': adm.toBuffer(),
    'adm-zip, stored': stored.toBuffer(),
  };
}

/** A line of the shell for each, which writes `out.zip`; `E` is the entry's file. */
const COMMANDS = {
  'Info-ZIP': 'zip -q out.zip "$E"',
  'Info-ZIP, without extra fields': 'zip -qX out.zip "$E"',
  'Info-ZIP, best': 'zip -q9 out.zip "$E"',
  'Info-ZIP, stored': 'zip -q0 out.zip "$E"',
  'Info-ZIP, with a descriptor': 'zip -q -fd out.zip "$E"',
  'Info-ZIP, ZIP64': 'zip -q -fz out.zip "$E"',
  'Info-ZIP, into a pipe': 'zip -q - "$E" | cat > out.zip',
  '7-Zip': '7z a -tzip -bso0 out.zip "$E"',
  '7-Zip, stored': '7z a -tzip -bso0 -mx=0 out.zip "$E"',
  '7-Zip, into a pipe': '7z a -tzip -bso0 -so none.zip "$E" > out.zip',
  bsdtar: 'bsdtar -a -cf out.zip "$E"',
  'bsdtar, stored': 'bsdtar --format zip --options zip:compression=store -cf out.zip "$E"',
  'bsdtar, ZIP64': 'bsdtar --format zip --options zip:zip64 -cf out.zip "$E"',
} as const;

const PYTHON = `
import io, sys, zipfile
name, = sys.argv[1:]
data = open(name, 'rb').read()
class Pipe(io.RawIOBase):
    def __init__(self, path): self.file = open(path, 'wb')
    def writable(self): return True
    def write(self, data): return self.file.write(data)
def forced(zip):
    with zip.open(name, 'w', force_zip64=True) as entry: entry.write(data)
for path, method, add in [
    ('python', 8, lambda zip: zip.write(name)),
    ('python, stored', 0, lambda zip: zip.write(name)),
    ('python, from memory', 8, lambda zip: zip.writestr(name, data)),
    ('python, ZIP64', 8, forced),
]:
    with zipfile.ZipFile(path + '.zip', 'w', method) as zip: add(zip)
    if method == 8:
        with zipfile.ZipFile(Pipe(path + ', into a pipe.zip'), 'w', method) as zip: add(zip)
`;

/** Java's programs are on few machines, so what they wrote is here: the deflated data is put in between. */
const JAVA: Record<string, { local: string; central: string }> = {
  'Java, ZipOutputStream': { local: '', central: '' },
  'Java, with times': { local: '5554090005f1536500f1536500', central: '5554050005f1536500' },
  'Java, file system': { local: '55540d000785080b6b85080b6b85080b6b', central: '555405000785080b6b' },
  'Java, jar': { local: 'feca0000', central: 'feca0000' },
};

const PYTHON_KINDS = [
  '',
  ', stored',
  ', from memory',
  ', ZIP64',
  ', into a pipe',
  ', from memory, into a pipe',
  ', ZIP64, into a pipe',
];

/** What `commonZips` makes zips by. */
export const WRITERS = [
  ...Object.keys({ ...ownZips(), ...JAVA, ...COMMANDS }),
  ...PYTHON_KINDS.map(kind => `Python${kind}`),
];

/** @returns a zip by each of the common programs, by what wrote it, all with the same entry; @param folder is filled */
export async function commonZips(folder: string): Promise<Record<string, Buffer>> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ENTRY), CONTENT, { mode: 0o640 });
  const zips = { ...ownZips(), ...javaZips() };
  for (const [writer, command] of Object.entries(COMMANDS)) {
    await run('sh', ['-c', `rm -f out.zip; E='${ENTRY}'; ${command}`], { cwd: folder });
    zips[writer] = await readFile(join(folder, 'out.zip'));
  }
  await run('python3', ['-c', PYTHON, ENTRY], { cwd: folder });
  for (const kind of PYTHON_KINDS) zips[`Python${kind}`] = await readFile(join(folder, `python${kind}.zip`));
  return zips;
}

/** By the bytes that OpenJDK 17 writes: made by DOS, UTF-8, a descriptor behind the data. */
function javaZips(): Record<string, Buffer> {
  const data = deflateRawSync(CONTENT);
  return Object.fromEntries(
    Object.entries(JAVA).map(([writer, { local, central }]) => {
      const name = Buffer.from(ENTRY);
      const [localExtra, centralExtra] = [Buffer.from(local, 'hex'), Buffer.from(central, 'hex')];
      const sums = [u(4, crc32(CONTENT)), u(4, data.length), u(4, CONTENT.length)];
      const common = [u(2, 20), u(2, 0x808), u(2, 8), u(2, 0), u(2, 0x575f)];
      const lengths = (extra: Buffer) => [u(2, name.length), u(2, extra.length)];
      const head = Buffer.concat([
        u(4, 0x04034b50),
        ...common,
        Buffer.alloc(12),
        ...lengths(localExtra),
        name,
        localExtra,
      ]);
      const directory = Buffer.concat([
        ...[u(4, 0x02014b50), u(2, 20), ...common, ...sums, ...lengths(centralExtra)],
        ...[Buffer.alloc(14), name, centralExtra],
      ]);
      const offset = head.length + data.length + 16;
      const end = [u(4, 0x06054b50), u(4, 0), u(2, 1), u(2, 1), u(4, directory.length), u(4, offset), u(2, 0)];
      return [writer, Buffer.concat([head, data, u(4, 0x08074b50), ...sums, directory, ...end])];
    }),
  );
}

function u(width: 2 | 4, value: number): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntLE(value, 0, width);
  return bytes;
}
