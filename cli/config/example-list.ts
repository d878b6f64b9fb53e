import { isDeepStrictEqual } from 'node:util';
import { shellWord } from '../../protocol/texts/shell-word.ts';

/** The list of databases that comes with Lumbung (databases.json): its servers and passwords are not real. */
const EXAMPLE_LIST = [example('pt_xyz', '192.168.0.1'), example('pt_abc', '192.168.0.2')] as const;

function example(database_name: string, db_host: string) {
  return { database_name, db_host, db_port: '3306', db_username: 'user', db_password: 'password' };
}

/** @returns whether the content of a list of databases is that of the example, however it is laid out */
export function isExampleList(content: unknown): boolean {
  return isDeepStrictEqual(content, EXAMPLE_LIST);
}

/** @returns how to make a list of databases, for one who has none: an example, its permissions and the next command */
export function howToMakeAList(path: string): string {
  return `Write a list with one entry for each database into ${path}, such as
  [ { "database_name": "pt_xyz", "db_host": "192.168.0.1", "db_port": "3306",
      "db_username": "lumbung", "db_password": "a long password" } ]
Then run: chmod 600 ${shellWord(path)} && sade doctor
If you have a list somewhere else, name it with --config or SADE_CONFIG.`;
}
