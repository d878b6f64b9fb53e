import type { MysqldumpClient } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { partialDumpOptions } from '../../config/partial-dumps.ts';
import { dumpArguments } from '../../dump/dump-arguments.ts';

/** The reason for an option that depends on the server or on the dump program. */
const REASONS: Readonly<Record<string, string>> = {
  'set-gtid-purged': 'so that the dump loads into servers with GTIDs of their own, and without the right RELOAD',
  'column-statistics': 'older servers have no such statistics, and would make the dump fail',
  'skip-masking-policies': 'reading masking policies needs rights that a backup does not need',
  'get-server-public-key': 'without TLS the login may need it',
  'enable-cleartext-plugin': 'the server is verified, so LDAP and PAM accounts may log in',
  'ssl-mode': 'the setting "ssl" of this database, as MySQL\'s program spells it',
  'ssl-ca': 'the CA by which the server is checked',
  ssl: '"ssl" of this database asks for TLS',
  'skip-ssl': '"ssl" of this database is "off"',
  'ssl-verify-server-cert': '"ssl" is "verify": the server must prove its identity',
  'skip-ssl-verify-server-cert': '"ssl" is "require": always encrypted, but no certificate is checked',
};

/** A dump program of which only what every dump is made with is asked. */
const PLAIN: MysqldumpClient = { path: '', flavour: 'mariadb', version: '', knows: () => false };

export interface ChosenOption {
  /** Of the user's own only the name, since a value may be a secret. */
  readonly option: string;
  readonly reason: string | undefined;
}

/**
 * Tells which options are chosen for this server and this dump program, beside those of every dump.
 * @param found `fallbackOptions`: the options by which the preflight gets the dump through where something is missing;
 *   `ofHistory`: those that bring the history of system-versioned tables along
 */
export function chooseDumpOptions(
  source: DatabaseSource,
  client: MysqldumpClient,
  {
    fallbackOptions,
    ofHistory = [],
  }: { readonly fallbackOptions: readonly string[]; readonly ofHistory?: readonly string[] | undefined },
): ChosenOption[] {
  const { ssl: _ssl, sslCa: _sslCa, ...plain } = { ...source, dumpOptions: [] };
  const ofEveryDump = new Set(dumpArguments(plain, PLAIN));
  const chosen = dumpArguments({ ...source, dumpOptions: [] }, client).filter(option => !ofEveryDump.has(option));
  const partial = partialDumpOptions(source.dumpOptions);
  return [
    ...chosen.map(option => ({ option, reason: REASONS[nameOf(option).slice(2)] })),
    ...ofHistory.map(option => ({ option, reason: 'some tables are system-versioned' })),
    ...fallbackOptions.map(option => ({ option, reason: 'or the dump would fail; see what is missing' })),
    ...source.dumpOptions.map(option => ofUser(nameOf(option), partial)),
  ];
}

/** @returns such as `--where`, of `--where=id>5`; what follows may be a secret */
export function nameOf(option: string): string {
  return /^--[\w-]*/.exec(option)?.[0] ?? '';
}

/** @returns such as `--skip-ssl ("ssl" of this database is "off")` */
export function withReason({ option, reason }: ChosenOption): string {
  return reason ? `${option} (${reason})` : option;
}

function ofUser(option: string, partial: readonly string[]): ChosenOption {
  return { option, reason: `of dump_options${partial.includes(option) ? '; leaves something out on purpose' : ''}` };
}
