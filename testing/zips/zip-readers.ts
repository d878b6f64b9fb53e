import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Each reads the one entry of zip `$f` to `o`, and succeeds only when it finds nothing wrong. */
const READERS = {
  'Info-ZIP': 'unzip -p "$f" > o 2> /dev/null',
  bsdtar: 'bsdtar -xOf "$f" > o 2> /dev/null',
  '7-Zip': '7z e -so "$f" > o 2> /dev/null',
};

const SCRIPT = [
  'd=$(mktemp -d) && cd "$d" || exit 1',
  'want=$1; shift',
  ...Object.entries(READERS).map(
    ([reader, command]) => `for f; do { ${command} < /dev/null && cmp -s o "$want"; } || echo "${reader}: $f"; done`,
  ),
  'rm -r "$d"',
].join('\n');

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
  const output = await Promise.all([
    run('sh', ['-c', SCRIPT, 'sh', want, ...zips], { maxBuffer: 2 ** 26 }),
    run('python3', ['-c', PYTHON, want, ...zips], { maxBuffer: 2 ** 26 }),
  ]);
  return output.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean));
}
