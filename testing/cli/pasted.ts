import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The programs that our texts name. */
const PROGRAMS = ['sade', 'lumbung', 'mariadb', 'mysql', 'unzip', 'chmod', 'chown', 'rm', 'ls', 'mv', 'mkdir'];

/** A folder with a stub of each program, which writes down its arguments, and nothing else to be run. */
export class Pasted implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lumbung-pasted-'));

  constructor() {
    // One call of printf is one write: the programs of a pipe write at the same time.
    const stub = `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" '\n' >>"$CALLS"\n`;
    for (const program of PROGRAMS) writeFileSync(join(this.#folder, program), stub, { mode: 0o700 });
    writeFileSync(join(this.#folder, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o700 });
  }

  /** @returns for each program that the shell has run its name and arguments, in their order */
  run(command: string): string[][] {
    const calls = join(this.#folder, 'calls');
    writeFileSync(calls, '');
    const env = { PATH: this.#folder, CALLS: calls, HOME: '/home/ani', USER: 'ani', LC_ALL: 'C' };
    execFileSync('/bin/sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const found: string[][] = [[]];
    for (const word of readFileSync(calls, 'utf8').split('\0').slice(0, -1))
      if (word === '\n') found.push([]);
      else found.at(-1)!.push(word);
    return found.slice(0, -1);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Names of databases that mean something else in a shell, on a page, in a chat, or to a parser of options. */
export const HOSTILE_NAMES: readonly string[] = [
  ...[
    'pt_xyz',
    'a b',
    'a  b',
    "o'clock",
    'a"b',
    '$(id)',
    '`id`',
    '$HOME',
    'a;id',
    'a&b',
    '!x',
    '#x',
    '~',
    '{a,b}',
    '<i>x',
  ],
  ...[
    '-x',
    '--all',
    '*',
    'acme_*',
    'a,b',
    '=ls',
    '100%s',
    'ünï',
    '株式',
    '_a_',
    'a\u00a0b',
    'a\u200fb',
    "a\u202e'b",
    '2023',
  ],
];
