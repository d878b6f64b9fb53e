import { adviceOn } from '../mysql/error-advice.ts';

/** What to do about errors that a server gives while a dump is loaded, by their number. */
const ADVICE: Readonly<Record<number, string>> = {
  1050: 'The database was not empty. Restore into one that is empty, or with --replace.',
  1062: 'Two rows have the same key. If the database was empty before: the dump holds rows that this key does not allow, or a collation of this server treats two texts as the same. Compare the versions of both servers.',
  1153: 'Set max_allowed_packet higher on the server (SET GLOBAL max_allowed_packet = 1073741824), and restore again.',
  1180: 'The server could not keep the rows of that statement. Usually two of them have the same key, or its disk is full: its log tells which. Check whether the database was empty, and compare the versions of both servers.',
  1205: 'Another program uses these tables. Stop it (SHOW PROCESSLIST shows which one), and restore again.',
  1213: 'Another program uses these tables. Stop it (SHOW PROCESSLIST shows which one), and restore again.',
  1273: 'This server does not know that collation. Map it to one that it knows, or restore to a server of a newer version.',
  1115: 'This server does not know that character set. Restore to a server of a newer version.',
  1118: 'A table is wider than this server allows. Compare innodb_page_size, innodb_default_row_format and innodb_strict_mode with the server of the dump.',
  1286: 'This server does not have that storage engine. Install its plugin, and restore again.',
  1418: 'The server writes a binary log and does not trust routines. Set log_bin_trust_function_creators = 1, or restore by a user that has the right SUPER.',
  1419: 'The server writes a binary log and does not trust triggers. Set log_bin_trust_function_creators = 1, or restore by a user that has the right SUPER.',
  1064: 'This server does not understand that statement. Compare its flavour and version with those of the server of the dump.',
  1114: 'The disk of the database server is full. Make room there, and restore again.',
  1021: 'The disk of the database server is full. Make room there, and restore again.',
  3: 'The disk of the database server is full or fails. Check its log.',
  1317: 'Someone or something ended this statement on the server (KILL QUERY, or a time limit such as max_statement_time). Restore again.',
  3185: 'The tables were encrypted, and this server has no key. Set up its keyring (component_keyring_file), and restore again; or add --without-encryption, which makes them plain tables.',
  4025: 'A row breaks a CHECK constraint that was not enforced when it was written. Set check_constraint_checks = 0 for the user that restores, and restore again.',
  1969: "The server's max_statement_time ended this statement. Set it to 0 for the user that restores, and restore again.",
};

/** Errors about rights; the advice for a backup names the rights of a backup. */
const RIGHTS = new Set([1044, 1142, 1143, 1227, 1370, 1410, 4052]);

/** @returns what to do about an error of the server that a dump is loaded into, or undefined for an unknown one */
export function adviceOnLoading(errno: number | undefined, text: string): string | undefined {
  if (errno === undefined) return undefined;
  if (/(?:errno:?|Errcode:|error:?) (?:28|122)\b|No space left/i.test(text)) return ADVICE[1114];
  if (RIGHTS.has(errno))
    return 'The user that restores lacks a right, which the message names. Grant it on the database, and restore again.';
  return ADVICE[errno] ?? adviceOn(errno, text);
}
