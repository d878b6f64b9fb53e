import { restoredName } from '../../../protocol/database-name.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import { shellWord } from '../../../protocol/texts/shell-word.ts';
import { restoreUserStatements } from '../target/restore-rights.ts';

/**
 * @returns the statements that make a user which has rights on the new database only, and keeps the definers of what it loads,
 *   for the server's flavour. One who has it before uses it again
 */
export function userStatements({ source, client }: Manifest): string[] {
  const server = source.server ?? client;
  return restoreUserStatements(server, restoredName(source.database), `${RESTORE_USER}@localhost`);
}

/** @returns the statement that makes the new database with the defaults of the original, which no dump holds; undefined where they are not known */
export function createStatement({ source }: Manifest): string | undefined {
  const { database, character_set: characterSet, collation } = source;
  if (!database || !characterSet || !collation) return undefined;
  const name = `\`${restoredName(database).replaceAll('`', '``')}\``;
  return `CREATE DATABASE ${name} CHARACTER SET ${characterSet} COLLATE ${collation};`;
}

/** @returns the shell's command that loads a zip into the new database, as docs/how-to/restore-a-database.md explains it, with the client of the server's flavour */
export function loadCommand(file: string, { source, client }: Manifest): string {
  const program = CLIENTS[source.server?.flavour ?? client.flavour];
  return `unzip -p ${shellWord(file)} | ${program} ${databaseWord(restoredName(source.database))}`;
}

/** A client takes a name that begins with a dash for an option. */
function databaseWord(name: string): string {
  return shellWord(name.startsWith('-') ? `--database=${name}` : name);
}

const RESTORE_USER = 'lumbung_restore';
const USER = `-u ${RESTORE_USER} -p --binary-mode --comments --max-allowed-packet=1G`;
const CLIENTS = {
  mariadb: `mariadb ${USER} --init-command='SET check_constraint_checks = 0, innodb_strict_mode = 0'`,
  mysql: `mysql ${USER} --init-command='SET innodb_strict_mode = 0'`,
} as const;
