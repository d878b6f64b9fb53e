import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Each reads the one entry of zip `$f` to stdout, and succeeds only when it finds nothing wrong. */
const READERS = {
  'Info-ZIP': 'unzip -p "$f"',
  bsdtar: 'bsdtar -xOf "$f"',
  '7-Zip': '7z e -so "$f"',
};

/** Writes what each reads to `READER.NUMBER`, and keeps that of those that succeed. */
const SCRIPT = Object.entries(READERS)
  .map(
    ([reader, command]) =>
      `n=0; for f; do ${command} < /dev/null > '${reader}'.$n 2> /dev/null || rm '${reader}'.$n; n=$((n + 1)); done`,
  )
  .join('\n');

const PYTHON = `
import sys, zipfile
want = open(sys.argv[1], 'rb').read()
for path in sys.argv[2:]:
    try:
        with zipfile.ZipFile(path) as zip:
            name, = zip.namelist()
            assert zip.read(name) == want
    except Exception as error: print('Python: %s' % path)
`;

/**
 * Reads zips with independent programs.
 * @param want path of what each of them should hold
 * @returns a line for each program that does not read one without complaint, or to other bytes
 */
export async function unreadable(zips: readonly string[], want: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lumbung-readers-'));
  try {
    const [python] = await Promise.all([
      run('python3', ['-c', PYTHON, want, ...zips], { maxBuffer: 2 ** 26 }),
      run('sh', ['-c', SCRIPT, 'sh', ...zips], { cwd: folder }),
    ]);
    const content = await readFile(want);
    const lines = python.stdout.split('\n').filter(Boolean);
    for (const reader of Object.keys(READERS))
      for (const [n, zip] of zips.entries()) {
        const read = await readFile(join(folder, `${reader}.${n}`)).catch(() => undefined);
        if (!read?.equals(content)) lines.push(`${reader}: ${zip}`);
      }
    return lines;
  } finally {
    await rm(folder, { recursive: true });
  }
}
