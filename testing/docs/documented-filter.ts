import { execFileSync } from 'node:child_process';
import type { ShellBlock } from './pages.ts';

/**
 * Runs a block that loads a zip as it stands in the docs, but for both ends of its pipe: a dump goes in instead of the zip,
 * and what the client would load comes out.
 * @throws Error when the block does not begin with `unzip` and end with a client
 */
export function filterByBlock({ text }: ShellBlock, dump: Buffer): Buffer {
  const filter = text.replace(/unzip -p NAME\.sql\.zip/, 'cat').replace(/mariadb -\S.* pt_xyz_restored/, 'cat');
  if (filter.match(/\bcat\b/g)?.length !== 2) throw new Error(`the block is no filter:\n${text}`);
  return execFileSync('bash', ['-c', filter], { input: dump, maxBuffer: 1 << 26 });
}
