import { open } from 'node:fs/promises';
import type { MysqldumpClient } from './mysqldump-client.ts';

/**
 * Compares the server's flavour, which the dump's header tells, with the client's. A client of the other flavour makes
 * dumps that may not load again (generated columns, for one) although it ends without an error.
 * @returns a warning, or nothing
 */
export async function flavourMismatch(path: string, client: MysqldumpClient): Promise<string[]> {
  await using file = await open(path, 'r');
  const head = Buffer.alloc(2048);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const version = /^-- Server version\s+(\S+)/m.exec(head.toString('latin1', 0, bytesRead))?.[1];
  if (version === undefined) return [];
  const server = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  if (server === client.flavour) return [];
  const names = { mysql: 'MySQL', mariadb: 'MariaDB' };
  return [
    `dumped from ${names[server]} ${version} by ${names[client.flavour]}'s mysqldump: it may not restore. ` +
      `Install ${names[server]}'s own client and name it with --mysqldump.`,
  ];
}
