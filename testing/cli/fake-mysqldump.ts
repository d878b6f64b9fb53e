import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MysqldumpClient } from '../../cli/client-programs/mysqldump-client.ts';

/** What a script may call, besides the shell's own commands. */
const VOCABULARY = `
header() { printf -- '-- MariaDB dump 10.19\\n-- Server version\\t10.11.19-MariaDB\\n'; }
rows() { head -c "$1" /dev/zero | tr '\\0' x; }
marker() { printf '\\n-- Dump completed on 2026-01-01  0:00:00\\n'; }
complain() { printf '%s\\n' "$1" >&2; }
`;

/**
 * Makes a mysqldump that does what a test wants, for the faults that the real one can't be brought to.
 * @param folder in which the script is put
 * @param script lines of sh, such as `header; rows 1000; marker; exit 3`
 */
export async function fakeMysqldump(folder: string, script: string): Promise<MysqldumpClient> {
  const path = join(folder, 'fake-mysqldump');
  await writeFile(path, `#!/bin/sh\n${VOCABULARY}\n${script}\n`);
  await chmod(path, 0o755);
  return { path, flavour: 'mariadb', version: '10.11.19', knows: () => false };
}

/** Beside that: the real program, with all of its arguments, or with one more that leaves something out. */
const REAL = `
leaving() {
  option=$1; shift
  for argument; do shift; [ "$argument" = -- ] && set -- "$@" "$option"; set -- "$@" "$argument"; done
  mariadb-dump "$@"
}
`;

/**
 * Makes a program for `sade backup --mariadb-dump` that answers questions as MariaDB's own does, and spoils its dumps.
 * @param folder in which it is put
 * @param script lines of sh that do what `mariadb-dump "$@"` should have done
 * @param claims the line of its version, when not what MariaDB's own does
 * @returns its path
 */
export async function spoiledDumpProgram(
  folder: string,
  script: string,
  { claims }: { claims?: string } = {},
): Promise<string> {
  const path = join(folder, 'spoiled-dump');
  const answer =
    claims === undefined ? 'exec mariadb-dump "$@"' : `echo '${claims}'; mariadb-dump "$@" | tail -n +2; exit 0`;
  const lines = ['#!/bin/sh', `case "$*" in *--version*|*--help*) ${answer};; esac`, REAL, VOCABULARY, script, ''];
  await writeFile(path, lines.join('\n'));
  await chmod(path, 0o755);
  return path;
}
