import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import { type DatabaseSource, isVerified } from '../config/databases.ts';

/** The descriptor on which the client finds its option file, and so its password: in no argument and no environment. */
const OPTION_FILE = 3;

/**
 * What makes a dump consistent and complete: one snapshot, row by row; all that belongs to the database; bytes that
 * survive (MySQL manual, "mysqldump"). `--no-tablespaces` spares the user the PROCESS right.
 */
export const OPTIONS_OF_EVERY_DUMP = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--default-character-set=utf8mb4',
  '--no-tablespaces',
  // The client's own limit: without it a row of more than 16 MiB ends the dump with error 2013.
  '--max-allowed-packet=1G',
];

/**
 * @param pluginFolder where MariaDB's client may look for ways to log in; undefined: in its own folder
 * @returns the arguments of mysqldump for one database; the user's own options stand behind ours and so win
 */
export function dumpArguments(
  source: DatabaseSource,
  client: MysqldumpClient,
  { pluginFolder }: { readonly pluginFolder?: string | undefined } = {},
): string[] {
  return [
    `--defaults-file=/dev/fd/${OPTION_FILE}`,
    ...address(source),
    `--user=${source.user}`,
    ...OPTIONS_OF_EVERY_DUMP,
    ...forClient(source, client),
    ...tls(source, client),
    ...(pluginFolder === undefined ? [] : [`--plugin-dir=${pluginFolder}`]),
    ...source.dumpOptions,
    '--',
    source.database,
  ];
}

function address({ host, port, socket }: DatabaseSource): string[] {
  return socket ? ['--protocol=socket', `--socket=${socket}`] : [`--host=${host}`, `--port=${port}`, '--protocol=tcp'];
}

/** MariaDB's client knows none of these and would fail on them. */
function forClient(source: DatabaseSource, client: MysqldumpClient): string[] {
  if (client.flavour === 'mariadb') return [];
  const { ssl } = source;
  const wanted = [
    ['set-gtid-purged', '--set-gtid-purged=OFF'],
    ['column-statistics', '--column-statistics=0'],
    ['masking-policies', '--skip-masking-policies'],
    // caching_sha2_password without TLS and with a cold cache on the server asks for it.
    ...(ssl === undefined || ssl === 'off' ? [['get-server-public-key', '--get-server-public-key']] : []),
    // For accounts of LDAP and PAM; MariaDB's client has no such switch.
    ...(isVerified(source) ? [['enable-cleartext-plugin', '--enable-cleartext-plugin']] : []),
  ] as [string, string][];
  return wanted.filter(([name]) => client.knows(name)).map(([, argument]) => argument);
}

function tls({ ssl, sslCa }: DatabaseSource, { flavour }: MysqldumpClient): string[] {
  if (ssl === undefined) return [];
  if (flavour === 'mysql') {
    const mode = { off: 'DISABLED', require: 'REQUIRED', verify: 'VERIFY_IDENTITY' }[ssl];
    return [`--ssl-mode=${mode}`, ...(sslCa && ssl === 'verify' ? [`--ssl-ca=${sslCa}`] : [])];
  }
  if (ssl === 'off') return ['--skip-ssl'];
  if (ssl === 'require') return ['--ssl', '--skip-ssl-verify-server-cert'];
  return ['--ssl', '--ssl-verify-server-cert', `--ssl-ca=${sslCa}`];
}
