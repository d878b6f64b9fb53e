/** What to do about the errors that administrators meet; by the number that the client prints. */
const ADVICE: Readonly<Record<number, string>> = {
  1040: 'The server takes no more connections. Back it up at a quieter time, or with fewer --dump-workers.',
  1044: 'The user may not use this database. Grant it the rights that docs/operations.md lists.',
  1045: 'The server refuses this user or password. Check db_username and db_password, and from which host the user may log in.',
  1049: 'The server has no such database. Check database_name.',
  1130: 'The server does not accept connections from this machine. Create the user for this host.',
  1142: 'The user lacks a right on a table. Grant it the rights that docs/operations.md lists.',
  1227: 'The user lacks a right. Grant it the rights that docs/operations.md lists.',
  1356: 'A view refers to something that is gone or not allowed. Mend or drop that view: nothing behind it was dumped.',
  1412: 'A table was changed while it was dumped. Run the backup again, at a quieter time.',
  1449: 'A view or routine belongs to a user that is gone. Create that user or give it another definer.',
  1698: 'The server lets this user in only in another way, such as by its socket. Create a user with a password for the backups.',
  2002: 'Nothing answers there. Check db_host, db_port or db_socket, and whether the server runs.',
  2003: 'Nothing answers there. Check db_host and db_port, the firewall, and whether the server runs.',
  2005: 'The name of the host is unknown. Check db_host.',
  2013: 'The server ended the connection in the middle. Look into its log; max_allowed_packet, net_write_timeout or a restart are the usual reasons.',
  2020: 'A row is larger than max_allowed_packet. Raise it with dump_options: ["--max-allowed-packet=1G"].',
  2026: 'TLS does not come about. Check the key "ssl" of this database, its ssl_ca, and whether the server offers TLS.',
  2059: "The client has no plugin for the way this user logs in. Use MySQL's own mysqldump (--mysqldump) for MySQL servers.",
  2061: 'The way this user logs in needs TLS. Set "ssl": "require".',
};

/** Also for what is written beside the dump. */
export const DISK_FULL = 'The disk of the work folder is full. Make room, or choose another with --work-dir.';

const NO_DATABASE_SERVER =
  'Something answers there, but not as a database server does. Check db_host and db_port, and the firewall.';

/**
 * @param stderr what mysqldump said
 * @returns what to do next, or undefined where nobody knows
 */
export function adviceFor(stderr: string): string | undefined {
  if (/errno:? (?:28|122)\b|No space left/.test(stderr)) return DISK_FULL;
  if (/\(?2013\b.*initial communication/s.test(stderr)) return NO_DATABASE_SERVER;
  const numbers = [...stderr.matchAll(/(?:error:?\s+|\()(\d{4})\b/gi)].map(match => Number(match[1]));
  return numbers.map(adviceOn).find(Boolean);
}

/** @param number of the error, as the MySQL manual's error reference lists it */
export function adviceOn(number: number | undefined): string | undefined {
  return number === undefined ? undefined : ADVICE[number];
}
