import { resolve } from 'node:path';
import { mixed, string } from 'yup';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import type { FiledSecrets } from './secret-file.ts';

/** The keys by which databases.json and targets.json describe a server and its users. */
export const CONNECTION_KEYS = [
  'db_host',
  'db_port',
  'db_socket',
  'db_username',
  'db_password',
  'db_password_file',
  'ssl',
  'ssl_ca',
  'restore_username',
  'restore_password',
  'restore_password_file',
] as const;

export const text = () =>
  string()
    .strict()
    .typeError('must be a string')
    .nonNullable('must be a string')
    .test('no control characters', 'holds a control character', value => !/\p{Cc}/u.test(value ?? ''));

const PORT_PROBLEM = 'must be a port number from 1 to 65535';

const port = mixed<string | number>()
  .nonNullable(PORT_PROBLEM)
  .test('port', PORT_PROBLEM, value => value === undefined || isPort(value));

export const connectionFields = {
  // MariaDB's client takes a host with a ";" for a list of settings, such as host=…;plugin-dir=….
  db_host: text().test('host', 'must be the name or the address of a host', value => !/[;\s]/.test(value ?? '')),
  db_port: port,
  db_socket: text(),
  db_username: text().min(1, 'is empty'),
  db_password: text(),
  db_password_file: text(),
  ssl: text().oneOf(['off', 'require', 'verify'] as const, 'must be off, require or verify'),
  ssl_ca: text(),
  restore_username: text().min(1, 'is empty'),
  restore_password: text(),
  restore_password_file: text(),
};

/** What an entry says of a server and its users, validated. */
export interface ConnectionEntry {
  readonly db_host?: string | undefined;
  readonly db_port?: string | number | undefined;
  readonly db_socket?: string | undefined;
  readonly db_username?: string | undefined;
  readonly db_password?: string | undefined;
  readonly db_password_file?: string | undefined;
  readonly ssl?: 'off' | 'require' | 'verify' | undefined;
  readonly ssl_ca?: string | undefined;
  readonly restore_username?: string | undefined;
  readonly restore_password?: string | undefined;
  readonly restore_password_file?: string | undefined;
}

/** What the fields of an entry must be together: a name for yup, what is wrong, and whether it is right. */
export const CONNECTION_RULES: readonly (readonly [
  name: string,
  problem: string,
  isRight: (entry: ConnectionEntry) => boolean,
])[] = [
  ['where', 'needs db_host or db_socket', entry => Boolean(entry.db_host || entry.db_socket)],
  [
    'password',
    'needs either db_password or db_password_file',
    entry =>
      // A target may have a user for restores only.
      (entry.db_username === undefined && entry.restore_username !== undefined) ||
      (entry.db_password === undefined) !== (entry.db_password_file === undefined),
  ],
  [
    'ca',
    "needs ssl_ca, the file with the CA's certificate, when ssl is verify",
    entry => entry.ssl !== 'verify' || Boolean(entry.ssl_ca),
  ],
  [
    'ca in use',
    'has an ssl_ca, which is used only when ssl is verify',
    entry => entry.ssl === 'verify' || entry.ssl_ca === undefined,
  ],
  [
    'restore user',
    'has a password of a restore user; name that user with restore_username',
    entry => entry.restore_username !== undefined || !hasRestorePassword(entry),
  ],
  [
    'restore password',
    'needs either restore_password or restore_password_file for its restore_username',
    entry =>
      entry.restore_username === undefined ||
      (entry.restore_password === undefined) !== (entry.restore_password_file === undefined),
  ],
];

/** Where a server is, and how the line to it is encrypted. */
interface Server {
  readonly host?: string;
  readonly port: number;
  readonly socket?: string;
  readonly ssl?: 'off' | 'require' | 'verify';
  readonly sslCa?: string;
}

/** @param folder at which relative paths begin @returns the server of an entry that is valid */
export function serverOf(entry: ConnectionEntry, folder: string): Server {
  return {
    ...(entry.db_host && { host: entry.db_host }),
    port: Number(entry.db_port ?? 3306),
    ...(entry.db_socket && { socket: entry.db_socket }),
    ...(entry.ssl && { ssl: entry.ssl }),
    ...(entry.ssl_ca && { sslCa: resolve(folder, entry.ssl_ca) }),
  };
}

/** The user that restores. */
export interface RestoreUser {
  readonly user: string;
  /** Empty where it can't be read. */
  readonly password: string;
  /** Why its password can't be read, and what to do: a restore is refused with it. A backup does not need that password. */
  readonly problem?: { readonly message: string; readonly advice: string };
}

/** @param filed the passwords of the entry that stand in files @returns the user that restores, where the entry names one */
export function restoreUserOf(
  { restore_username: user, restore_password }: ConnectionEntry,
  filed: FiledSecrets | undefined,
): { restoreUser?: RestoreUser } {
  if (user === undefined) return {};
  const password = restore_password ?? filed?.secrets.get('restore_password_file') ?? '';
  const unread = filed?.problems.get('restore_password_file');
  if (!unread) return { restoreUser: { user, password } };
  const { path, message } = unread;
  const advice = `Write the password of ${user} into ${path}, on one line, as a file of the user who runs sade: chmod 600 ${shellWord(path)}. Or correct restore_password_file.`;
  return { restoreUser: { user, password, problem: { message: `restore_password_file: ${message}`, advice } } };
}

function hasRestorePassword({ restore_password, restore_password_file }: ConnectionEntry): boolean {
  return restore_password !== undefined || restore_password_file !== undefined;
}

function isPort(value: unknown): boolean {
  const isNumber =
    typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^\d{1,5}$/.test(value);
  return isNumber && Number(value) >= 1 && Number(value) <= 65_535;
}
