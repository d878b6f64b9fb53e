import type { Session } from '../../mysql/connect.ts';
import { askServerFacts, isAtLeast, type ServerFacts } from '../../mysql/server-facts.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { parseGrants } from '../../preflight/privileges/grants.ts';
import { Rights } from '../../preflight/privileges/rights.ts';

/** What the server that loads says of itself. */
export interface TargetFacts extends ServerFacts {
  readonly rights: Rights;
  readonly isSchedulerOn: boolean;
  /** The binary log is on, and functions and triggers of a user without further rights are refused. */
  readonly refusesPrograms: boolean;
  /** Where its data lies, on its own machine. */
  readonly dataFolder: string | undefined;
  /** The names of all collations that it has, in lower case. */
  readonly collations: ReadonlySet<string>;
  /** The names of all character sets that it has. */
  readonly characterSets: ReadonlySet<string>;
  /** The names of the engines that it can use, in lower case. */
  readonly engines: ReadonlySet<string>;
  /** innodb_page_size, in bytes. */
  readonly pageBytes: number;
  /** innodb_read_only_compressed of MariaDB. */
  readonly areCompressedReadOnly: boolean;
  /** Whether it has a source of keys, with which it can encrypt tables; undefined where this user may not see that. */
  readonly canEncrypt: boolean | undefined;
}

/** Asks the server of a restore; sets the session as {@link askServerFacts} does. */
export async function askTargetFacts(session: Session): Promise<TargetFacts> {
  const server = await askServerFacts(session);
  const grants = await session.ask('show grants');
  const variables = new Map(
    (
      await session.ask(
        `show global variables where variable_name in ('lower_case_table_names', 'event_scheduler', 'log_bin', 'log_bin_trust_function_creators', 'datadir', 'innodb_page_size', 'innodb_read_only_compressed')`,
      )
    ).map(([name, value]) => [String(name).toLowerCase(), String(value)]),
  );
  const isOn = (name: string) => /^(?:on|1)$/i.test(variables.get(name) ?? '');
  return {
    ...server,
    rights: new Rights(parseGrants(grants.map(([line]) => String(line))), {
      flavour: server.flavour,
      areNamesLiteral: server.hasPartialRevokes,
      ignoresCase: server.ignoresCase,
      hasActiveRoles: server.hasActiveRoles,
    }),
    lowerCaseTableNames: Number(variables.get('lower_case_table_names') ?? 0),
    isSchedulerOn: isOn('event_scheduler'),
    refusesPrograms: isOn('log_bin') && !isOn('log_bin_trust_function_creators'),
    dataFolder: variables.get('datadir'),
    collations: await askCollations(session, server),
    characterSets: await askNames(session, 'select character_set_name from information_schema.character_sets'),
    engines: await askNames(
      session,
      "select engine from information_schema.engines where support in ('YES', 'DEFAULT')",
    ),
    pageBytes: Number(variables.get('innodb_page_size') ?? 16_384),
    areCompressedReadOnly: isOn('innodb_read_only_compressed'),
    canEncrypt: await askWhetherItEncrypts(session, server),
  };
}

async function askNames(session: Session, question: string): Promise<Set<string>> {
  return new Set((await session.ask(question)).map(([name]) => String(name).toLowerCase()));
}

/** Since MariaDB 10.10 some collations have a full name for each character set. */
async function askCollations(session: Session, { flavour, version }: ServerFacts): Promise<Set<string>> {
  const hasFullNames = flavour === 'mariadb' && isAtLeast(version, 10, 10, 1);
  const columns = hasFullNames ? 'collation_name, full_collation_name' : 'collation_name';
  const rows = await session.ask(`select ${columns} from information_schema.collation_character_set_applicability`);
  return new Set(rows.flat().map(name => String(name).toLowerCase()));
}

/** https://mariadb.com/kb/en/encryption-plugin-api/, https://dev.mysql.com/doc/refman/8.4/en/keyring-component-installation.html */
async function askWhetherItEncrypts(session: Session, { flavour }: ServerFacts): Promise<boolean | undefined> {
  const isKeySource = flavour === 'mariadb' ? "plugin_type = 'ENCRYPTION'" : "plugin_name like 'keyring%'";
  const active = `select plugin_name from information_schema.plugins where plugin_status = 'ACTIVE' and ${isKeySource}`;
  if ((await session.ask(active)).length > 0) return true;
  if (flavour === 'mariadb') return false;
  const component =
    "select 1 from performance_schema.keyring_component_status where status_key = 'Component_status' and status_value = 'Active'";
  try {
    return (await session.ask(component)).length > 0;
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return undefined;
  }
}
