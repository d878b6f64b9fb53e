import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { MariaDb } from '../databases/mariadb.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** The user of the docs that restores; the statements that make it may also be run by hand, with this password. */
export const RESTORER = { user: 'lumbung_restore', password: 'a long password for restores' } as const;

/** A block of commands of a page, as it is pasted. */
export interface Block {
  readonly language: 'sh' | 'sql';
  readonly text: string;
}

/**
 * @param page such as `docs/how-to/restore-one-table.md`
 * @param from heading of the section that is wanted, such as `## Load it`; the whole page when left out
 * @param to heading of the section behind the last one; up to the end of the page when left out
 * @returns the blocks of these sections, in their order
 */
export async function documentedBlocks(page: string, from?: string, to?: string): Promise<readonly Block[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const start = from === undefined ? 0 : text.indexOf(`\n${from}\n`);
  const end = to === undefined ? text.length : text.indexOf(`\n${to}\n`);
  if (start < 0 || end < start) throw new Error(`${page} has no ${from} before ${to}`);
  return [...text.slice(start, end).matchAll(/\n```(sh|sql)\n(.*?)```/gs)].map(([, language, text]) => ({
    language: language as Block['language'],
    text: text!,
  }));
}

/**
 * A shell into which blocks are pasted as they stand in the docs. `sudo mariadb` is root of the server, `-p` is answered with the
 * password of the user that restores, `sade` does nothing. The home folder is one of its own, and holds `/opt` and `/var/lib`.
 */
export class PastingShell implements AsyncDisposable {
  readonly folder: string;
  /** The texts of all blocks that were pasted. */
  readonly pasted = new Set<string>();
  readonly #server: MariaDb;

  private constructor(folder: string, server: MariaDb) {
    this.folder = folder;
    this.#server = server;
  }

  static async open(server: MariaDb): Promise<PastingShell> {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-pasted-'));
    const client = (program: string) => `#!/bin/bash
args=(); for arg in "$@"; do [ "$arg" = -p ] && args+=(--password='${RESTORER.password}') || args+=("$arg"); done
if [ "$AS_ROOT" ]; then who=(-u root); else who=(); fi
exec /usr/bin/${program} --no-defaults --socket='${server.socket}' "\${who[@]}" "\${args[@]}"`;
    const programs = {
      mariadb: client('mariadb'),
      'mariadb-dump': client('mariadb-dump'),
      sudo: '#!/bin/sh\nAS_ROOT=1 exec "$@"',
      sade: '#!/bin/sh\n',
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), 0o755);
    }
    return new PastingShell(folder, server);
  }

  /**
   * @param editor the program that a block opens to have a file edited
   * @returns what the block, or several in one shell, wrote to stdout and stderr
   * @throws when the last command ends with a different exit code than 0; what it wrote is in `stderr` of the error
   */
  async paste(blocks: Block | readonly Block[], editor = 'true'): Promise<string> {
    const pasted = [blocks].flat();
    for (const { text } of pasted) this.pasted.add(text);
    const sql = pasted.filter(({ language }) => language === 'sql').map(({ text }) => text);
    if (sql.length > 0) await this.#server.sql(sql.join('\n'));
    const commands = pasted.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const env = {
      ...process.env,
      ...{ HOME: this.folder, EDITOR: editor, PATH: `${this.folder}${delimiter}${process.env.PATH}` },
    };
    const text = commands.join('\n').replaceAll(/(?=\/(?:opt|var\/lib)\/lumbung)/g, this.folder);
    const { stdout, stderr } = await run('bash', ['-c', text], { env });
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
