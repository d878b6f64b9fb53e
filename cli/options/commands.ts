import { availableParallelism, hostname } from 'node:os';
import { DEFAULT_LEVEL } from '../zip/level.ts';
import { drillOptions } from './drill-options.ts';
import { type OptionDescription, type OptionTable, option, type ValuesOf } from './option.ts';
import {
  address,
  anyText,
  duration,
  folder,
  labels,
  line,
  oneOf,
  program,
  someOf,
  switchOption,
  text,
  timer,
  tokenText,
  wholeNumber,
} from './parsers.ts';
import { restoreOptions } from './restore-options.ts';
import { wantedBackup } from './wanted-backup.ts';

/** A command, as help, parsing, completion and the docs need it; `main.ts` has what it does. */
export interface CommandDescription {
  /** What it does, in sentences. */
  readonly summary: string;
  /** The word that it takes, and how a message calls it. */
  readonly argument?: {
    readonly name: string;
    readonly what: string;
    readonly completes?: OptionDescription['completes'];
    /** Several of them may be named. */
    readonly isRepeatable?: true;
    /** The flag of an option that names them instead. */
    readonly orFlag?: string;
  };
  /** In the order of the help. The keys are those of the values. */
  readonly options: OptionTable;
  /** Without `sade` before them. */
  readonly examples: readonly string[];
}

const CORES_AT_LEAST_4 = {
  fallback: String(Math.max(4, availableParallelism())),
  fallbackInDocs: 'the number of cores, at least 4',
};

const config = option(
  {
    ...{ flag: 'config', alias: 'c', value: 'FILE', variable: 'SADE_CONFIG', fallback: 'databases.json' },
    ...{ meaning: 'The list of databases', completes: 'files' },
  },
  text,
);

const workDir = option(
  {
    ...{ flag: 'work-dir', value: 'FOLDER', variable: 'SADE_WORK_DIR', fallback: 'data/work', completes: 'folders' },
    meaning: 'Private folder for the dumps and zips of a run',
    details: 'Its mode is 0700. It needs room for the largest databases.',
  },
  folder,
);

const only = option(
  {
    ...{ flag: 'only', value: 'NAMES', variable: 'SADE_ONLY', fallbackInDocs: 'all', completes: 'labels' },
    meaning: 'Only these databases: their labels, separated by commas',
    details: 'If a label contains a comma, give `--only` once for each label.',
  },
  labels,
);

/** A dump waits for the server most of the time, an upload for the network: both want more workers than cores. */
const dumpWorkers = option(
  {
    ...{ flag: 'dump-workers', value: 'N', variable: 'SADE_DUMP_WORKERS', ...CORES_AT_LEAST_4 },
    meaning: 'How many dumps run at the same time',
  },
  wholeNumber(1, 64),
);

/** Each dump is followed by its zip; however many these are, no more blocks are deflated at once than there are cores. */
const zipWorkers = option(
  {
    ...{ flag: 'zip-workers', value: 'N', variable: 'SADE_ZIP_WORKERS', ...CORES_AT_LEAST_4 },
    meaning: 'How many zips are made at the same time',
    details: 'Each reads its dump while it is being written. All together use as many cores as the machine has.',
  },
  wholeNumber(1, 64),
);

const uploadWorkers = option(
  {
    ...{ flag: 'upload-workers', value: 'N', variable: 'SADE_UPLOAD_WORKERS', fallback: '4' },
    meaning: 'How many uploads run at the same time',
  },
  wholeNumber(1, 64),
);

const mysqldump = option(
  {
    ...{ flag: 'mysqldump', value: 'PROGRAM', variable: 'SADE_MYSQLDUMP', fallback: 'mysqldump', completes: 'files' },
    ...{ meaning: "MySQL's dump program", details: 'It dumps MySQL servers.' },
  },
  program,
);

const mariadbDump = option(
  {
    ...{ flag: 'mariadb-dump', value: 'PROGRAM', variable: 'SADE_MARIADB_DUMP', fallback: 'mariadb-dump' },
    ...{ meaning: "MariaDB's dump program", details: 'It dumps MariaDB servers.', completes: 'files' },
  },
  program,
);

const mariadbd = option(
  {
    ...{
      flag: 'mariadbd',
      value: 'PROGRAM',
      variable: 'SADE_MARIADBD',
      fallbackInDocs: 'the one found on this machine',
    },
    ...{ meaning: "MariaDB's server program, for rehearsals", completes: 'files' },
    details: 'Looked for on the `PATH`, in `/usr/sbin` and in `/usr/libexec`.',
  },
  text,
);

const mysqld = option(
  {
    ...{ flag: 'mysqld', value: 'PROGRAM', variable: 'SADE_MYSQLD', fallbackInDocs: 'the one found on this machine' },
    ...{ meaning: "MySQL's server program, for rehearsals", completes: 'files' },
    details: 'Looked for in the same places.',
  },
  text,
);

/** Whether what was dumped is loaded into a throwaway server, without its rows. */
const REHEARSE = ['auto', 'always', 'off'] as const;

const rehearse = option(
  {
    ...{ flag: 'rehearse', value: 'WHEN', variable: 'SADE_REHEARSE', fallback: 'auto', completes: REHEARSE },
    meaning: 'Load the definitions of each dump into a throwaway server: auto, always or off',
    details:
      '`auto`: if a server program of the same flavour, and of the same or a newer series, is on this machine. `always`: a backup that is not rehearsed gets a warning. [What a rehearsal does](../explanation/rehearsal.md).',
  },
  oneOf(REHEARSE),
);

const source = option(
  {
    ...{ flag: 'source', value: 'NAME', variable: 'SADE_SOURCE' },
    ...{ fallback: hostname().trim().slice(0, 128) || 'unknown', fallbackInDocs: 'the name of the host' },
    meaning: 'The name under which the service keeps the list of databases and the runs of this machine',
    details: 'Two machines must not have the same name. [How runs are reported](../how-to/report-runs.md).',
  },
  line(128),
);

const shard = option(
  {
    ...{ flag: 'shard', value: 'NAME', variable: 'SADE_SHARD', fallbackInDocs: 'none' },
    meaning: 'A name for this run, if several lists of databases are backed up on this machine',
  },
  line(64),
);

const json = switchOption({ flag: 'json', meaning: 'Print JSON' });

const wide = switchOption({
  flag: 'wide',
  meaning: 'Show all columns and the file names, also on a narrow terminal',
  details: 'Nothing is cut.',
});

/** The words by which `sade list --state` finds a database; `drill-failed`: a drill showed that a backup of it is not restorable; `never`: it is in the list of databases, and the service has no backup of it. */
const STATES = ['complete', 'incomplete', 'unverified', 'damaged', 'shrunk', 'drill-failed', 'never'] as const;

/** The shells that `sade completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const ORDERS = ['age', 'name', 'size', 'state'] as const;

/** In the order of the help. */
export const COMMANDS = {
  backup: {
    summary:
      "Back up every database of the list. Dumps, zips and uploads each one. A zip that can't be delivered waits for the next run.",
    options: {
      ...{ config, workDir, only, dumpWorkers },
      dumpsPerHost: option(
        {
          ...{ flag: 'dumps-per-host', value: 'N', variable: 'SADE_DUMPS_PER_HOST', fallback: '2' },
          meaning: 'How many dumps of one database host run at the same time',
          details:
            'All ports of a host count together. All names, addresses and sockets of this machine count as one host. Raise it if `127.0.0.1` leads through tunnels to many servers.',
        },
        wholeNumber(1, 64),
      ),
      ...{ zipWorkers, uploadWorkers },
      level: option(
        {
          ...{ flag: 'level', value: 'N', variable: 'SADE_LEVEL', fallback: String(DEFAULT_LEVEL) },
          meaning: 'How much the zips are compressed: 1 (fastest) to 9 (smallest)',
          details: 'The default takes a quarter less CPU than 6. Its zips are about as large as those of `zip -6`.',
        },
        wholeNumber(1, 9),
      ),
      timeoutMs: option(
        {
          ...{ flag: 'timeout', value: 'TIME', variable: 'SADE_TIMEOUT', fallback: '6h' },
          meaning: 'The longest time that one database may take, such as 90s, 30m or 6h',
          details: 'The time in which it waits for a worker does not count.',
        },
        timer('smh', '90s, 30m or 6h'),
      ),
      retries: option(
        {
          ...{ flag: 'retries', value: 'N', variable: 'SADE_RETRIES', fallback: '5' },
          meaning: 'How many times a failed upload is tried again',
          details:
            'The pauses between the attempts grow. In an [outage of the service](../how-to/deal-with-waiting-zips.md#when-the-service-is-down) one upload tries for all.',
        },
        wholeNumber(0, 20),
      ),
      ...{ mysqldump, mariadbDump, rehearse, mariadbd, mysqld, source, shard },
      dryRun: switchOption({
        flag: 'dry-run',
        meaning: 'Only show what a run would do, and why; change nothing',
        details:
          '[How to debug a run](../how-to/debug-a-run.md) has an example. The servers and the service are only asked, and the work folder is only read. It takes no lock, so it never stops a run. It exits with 1 when something stands in the way of a complete backup, and with 3 for a mistake in the options or the list.',
      }),
      json: switchOption({
        ...{ flag: 'json', variable: 'SADE_JSON', meaning: "Print the run's report as JSON on stdout" },
        details: 'It has [these fields](formats.md#the-report-of-a-run). The mail goes to stderr.',
      }),
      quiet: switchOption({
        ...{ flag: 'quiet', variable: 'SADE_QUIET' },
        meaning: 'Print nothing when all is well. A warning is printed once, and again after a week',
      }),
    },
    examples: ['backup --server https://backups.example.com', 'backup --only pt_xyz,pt_abc --quiet'],
  },
  doctor: {
    summary: 'Check all that a backup needs, and show what is wrong and what to do; changes nothing',
    options: {
      ...{ config, workDir, only },
      bundle: option(
        {
          ...{ flag: 'bundle', value: 'FILE', completes: 'files' },
          meaning: 'Also write a zip for a support ticket, without passwords',
        },
        text,
      ),
      dumpWorkers: {
        ...dumpWorkers,
        meaning: 'How many dumps run at the same time, and how many databases are checked',
      },
      ...{ zipWorkers, uploadWorkers, mysqldump, mariadbDump, rehearse, mariadbd, mysqld, source, shard },
      json: switchOption({ flag: 'json', variable: 'SADE_JSON', meaning: 'Print the checks as JSON on stdout' }),
      quiet: switchOption({
        ...{ flag: 'quiet', variable: 'SADE_QUIET', meaning: 'Print nothing unless something is wrong' },
        details: 'For cron: one line with the verdict, then only what is not ok.',
      }),
    },
    examples: ['doctor --only pt_xyz', 'doctor --bundle ticket.zip'],
  },
  list: {
    summary:
      'List the databases, the worst first. Shows the latest backup of each, the age of its newest complete one, and the id of the one to restore',
    options: {
      config: { ...config, meaning: 'The list of databases; those without a backup are shown too' },
      states: option(
        {
          ...{ flag: 'state', value: 'STATES', completes: STATES },
          meaning: `Only these states, separated by commas: ${STATES.join(', ')}`,
          details: 'They are the words of the column `state`.',
        },
        someOf(STATES),
      ),
      olderThan: option(
        {
          ...{ flag: 'older-than', value: 'TIME' },
          meaning: 'Only databases without a complete backup for this long, such as 26h or 7d',
          details: 'The units are `m`, `h` and `d`.',
        },
        duration('mhd', '90m, 26h or 7d'),
      ),
      search: option(
        {
          ...{ flag: 'search', value: 'TEXT', meaning: 'Only databases with this text in their names' },
          details: 'Upper and lower case are treated alike.',
        },
        anyText,
      ),
      sort: option(
        {
          ...{ flag: 'sort', value: 'ORDER', fallback: 'state', completes: ORDERS },
          meaning: 'By state (the worst first), age, name or size',
        },
        oneOf(ORDERS),
      ),
      wide,
      json: {
        ...json,
        details:
          'It is the answer of the service to [`GET /`](rest.md#get--response-1), filtered and sorted in the same way. Databases that are `NEVER` are not in it: the service does not know them.',
      },
    },
    examples: ['list --state incomplete,shrunk', 'list --older-than 26h --server https://backups.example.com'],
  },
  history: {
    summary: 'List the backups of one database, newest first',
    argument: { name: 'database', what: 'a database', completes: 'labels' },
    options: {
      limit: option(
        {
          ...{ flag: 'limit', value: 'N' },
          meaning: 'How many backups to show at most (default: 30 on a terminal, else all)',
        },
        wholeNumber(1, 9_999_999),
      ),
      ...{ wide, json },
    },
    examples: ['history pt_xyz'],
  },
  show: {
    summary: 'Show whether one backup is complete, what is in it, and what is missing from it',
    argument: { name: 'id', what: 'the id of a backup' },
    options: { json },
    examples: ['show 34'],
  },
  accept: {
    summary: 'Accept a loss: it was removed on purpose. Later backups are compared with this one',
    argument: { name: 'id', what: 'the id of a backup' },
    options: {
      reason: option(
        {
          ...{ flag: 'reason', alias: 'r', value: 'TEXT' },
          meaning: 'The reason; it is kept in the history',
        },
        anyText,
      ),
      json,
    },
    examples: ["accept 35 --reason 'faktur moved to the archive, ticket 4711'"],
  },
  download: {
    summary: 'Fetch a backup by its id. Continues a broken download, and checks the digest',
    argument: { name: 'id', what: 'the id of a backup' },
    options: {
      output: option(
        {
          ...{ flag: 'output', alias: 'o', value: 'PATH', completes: 'files' },
          meaning: "File or folder to put it in, or - for stdout (default: the backup's own name, here)",
        },
        anyText,
      ),
      force: switchOption({ flag: 'force', meaning: 'Write to stdout even if it is a terminal' }),
    },
    examples: ['download 34', 'download 34 --output /tmp', "download 34 --output - | ssh other 'cat >pt_xyz.zip'"],
  },
  restore: {
    summary:
      'Restore a database from a backup, or several. Shows what it will do, asks, loads it, and compares the result. Replaces nothing unless told to',
    argument: { name: 'database', what: 'a database', completes: 'labels', isRepeatable: true, orFlag: 'all-of' },
    options: {
      ...restoreOptions,
      json: { ...json, meaning: 'Print the plan, the result and any error as JSON on stdout' },
      ...{ config, workDir, mysqldump, mariadbDump },
    },
    examples: [
      'restore pt_xyz --into pt_xyz_restored',
      "restore pt_xyz --at '2026-11-28 01:30' --tables faktur --replace",
      'restore pt_xyz --from pt_xyz.sql.zip --to staging',
      'restore --all-of db1.example.com --to new',
    ],
  },
  drill: {
    summary:
      'Restore backups into a throwaway server to prove them. Compares each with what was backed up, and reports to the service',
    options: {
      config: { ...config, meaning: 'The list of databases: their drill_checks and dump_options' },
      only: { ...only, meaning: 'Only these databases, whether they are proven or not, separated by commas' },
      ...drillOptions,
      ...{ mysqldump, mariadbDump, json },
      quiet: switchOption({ flag: 'quiet', meaning: 'Print nothing when all are restorable' }),
    },
    examples: ['drill', 'drill --sample 5 --window 7d', 'drill --only pt_xyz --drill-server staging'],
  },
  find: {
    summary: 'List the backups of a database that hold a table, with its rows in each, newest first',
    argument: { name: 'database', what: 'a database', completes: 'labels' },
    options: {
      table: option({ ...{ flag: 'table', value: 'NAME' }, meaning: 'The table to look for' }, text),
      at: option(
        {
          ...{ flag: 'at', value: 'TIME', fallback: 'latest' },
          meaning: 'Only backups until this time; without an offset, it is in the zone of this machine',
        },
        wantedBackup,
      ),
      limit: option(
        { ...{ flag: 'limit', value: 'N', fallback: '30' }, meaning: 'How many backups to show at most' },
        wholeNumber(1, 100_000),
      ),
      json,
    },
    examples: ['find pt_xyz --table faktur', "find pt_xyz --table faktur --at '2026-11-28 01:30'"],
  },
  completion: {
    summary: 'Print a completion script for bash, zsh or fish: it completes commands, options and values',
    argument: { name: 'shell', what: 'a shell', completes: SHELLS },
    options: {},
    examples: [
      'completion bash >~/.local/share/bash-completion/completions/sade',
      'completion zsh >/usr/local/share/zsh/site-functions/_sade',
      'completion fish >~/.config/fish/completions/sade.fish',
    ],
  },
} as const satisfies Readonly<Record<string, CommandDescription>>;

export type CommandName = keyof typeof COMMANDS;

/** The options that every command has. */
export const COMMON = {
  server: option(
    {
      ...{ flag: 'server', alias: 's', value: 'URL', variable: 'SADE_SERVER', fallback: 'http://127.0.0.1:3000' },
      meaning: 'Address of the service',
    },
    address,
  ),
  tokenFile: option(
    {
      ...{ flag: 'token-file', value: 'FILE', variable: 'SADE_TOKEN_FILE', completes: 'files' },
      meaning: 'File with the token that the service asks for',
      details:
        'Its mode should be 0600. An entry of the list of databases may name one of its own. [How to use a token](../how-to/use-a-token.md).',
    },
    text,
  ),
  tokenText: option(
    {
      ...{ value: 'TOKEN', variable: 'SADE_TOKEN', meaning: 'The token itself, if there is no file for it' },
      details: 'No option takes it: others on the machine can read the command line of a process.',
    },
    tokenText,
  ),
  caFile: option(
    {
      ...{ flag: 'ca-file', value: 'FILE', variable: 'SADE_CA_FILE', completes: 'files' },
      meaning: "Certificate of a CA of your own, for the service's certificate",
      details: 'A file in PEM format. It is trusted beside the CAs of the system. The certificate is always checked.',
    },
    text,
  ),
  allowPlainHttp: switchOption({
    ...{ flag: 'allow-plain-http', variable: 'SADE_ALLOW_PLAIN_HTTP' },
    meaning: 'Send a token to another machine without TLS',
    details: 'Anyone on the network in between can read it, and use it.',
  }),
} as const satisfies OptionTable;

/** How much is logged, the severest first. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** Variables of every command that are no options. */
export const VARIABLES = {
  log: option(
    {
      ...{ value: 'LEVEL', variable: 'SADE_LOG', fallbackInDocs: 'off' },
      meaning: `How much is logged to stderr: ${LOG_LEVELS.join(', ')}`,
      details: '[How to debug a run](../how-to/debug-a-run.md) shows what is logged. No password is in it.',
    },
    oneOf(LOG_LEVELS),
  ),
} as const satisfies OptionTable;

/** The values of the options of a command. */
export type OptionsOf<Name extends CommandName> = ValuesOf<(typeof COMMANDS)[Name]['options'] & typeof COMMON>;

export type ListedState = (typeof STATES)[number];
export type ListOrder = (typeof ORDERS)[number];

/** @returns the names of the commands, in the order of the help */
export function commandNames(): CommandName[] {
  return Object.keys(COMMANDS).filter(isCommand);
}

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** @returns the description of a command, its options with those of all commands behind them */
export function describedCommand(name: CommandName): CommandDescription {
  const command: CommandDescription = COMMANDS[name];
  return { ...command, options: { ...command.options, ...COMMON } };
}
