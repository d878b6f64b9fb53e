import sade, { type LazyOutput } from 'sade';
import type { CommandContext } from './commands/command.ts';
import {
  adviceAboutFile,
  BrokenRun,
  CommandError,
  ConfigurationError,
  EXIT,
  ExplainedError,
  messageOf,
} from './errors.ts';
import { Interrupted, Interruption } from './interruption.ts';
import {
  type CommandTree,
  namesOf,
  overview,
  unexpected,
  unknownCommand,
  unknownOption,
} from './options/command-help.ts';
import { renderCommandHelp } from './options/help.ts';
import { DEFAULTS } from './options/settings.ts';
import { spelledOut, strayOf, withDash } from './options/typed-words.ts';
import manifest from './package.json' with { type: 'json' };
import { widenThreadPool } from './pipeline/thread-pool.ts';
import { overEcho } from './terminal/over-echo.ts';
import { printable, printableBlock } from './terminal/printable.ts';
import { screenWidth } from './terminal/screen-width.ts';
import { wrapLines } from './terminal/wrap.ts';

widenThreadPool(process.env);

const interruption = new Interruption(message => process.stderr.write(`${overEcho(process.stderr)}sade: ${message}\n`));

// Who reads what is printed may go away (`sade backup | head`), and the disk of a log may be full: the backups go on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
reportLostOutput();

// Node waits until a terminal has taken what is written: one that hangs, over a line that is gone, would stop the backups.
for (const { isTTY, _handle } of [process.stdout, process.stderr] as NonBlocking[])
  if (isTTY) _handle?.setBlocking?.(false);

const context: CommandContext = {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
};

interface NonBlocking {
  readonly isTTY?: boolean;
  readonly _handle?: { setBlocking?(isBlocking: boolean): void };
}

/** The options that take a value, each with what the help calls it. */
const VALUES = {
  ...{ config: 'FILE', server: 'URL', 'work-dir': 'FOLDER', only: 'NAMES' },
  ...{
    'dump-workers': 'N',
    'dumps-per-host': 'N',
    'zip-workers': 'N',
    'upload-workers': 'N',
    level: 'N',
    retries: 'N',
  },
  ...{
    timeout: 'TIME',
    mysqldump: 'PROGRAM',
    'mariadb-dump': 'PROGRAM',
    output: 'PATH',
    bundle: 'FILE',
    reason: 'TEXT',
  },
  ...{ state: 'STATES', 'older-than': 'TIME', search: 'TEXT', sort: 'ORDER', limit: 'N' },
} as const;

const DEFECT = 'This looks like a defect of sade: please report it, with these lines.';

/** What a server said may have several lines; the mistakes of a configuration are lines of ours. */
const INDENT = ' '.repeat(6);

let isBackup = false;
process.exitCode = await main(process.argv);
interruption.done();

/** A script must not take an empty answer for a good one. A reader that went away (`sade list | head`) had enough of it. */
function reportLostOutput(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`sade: what it prints could not be written: ${printableBlock(error.message, INDENT)}\n`);
    // The exit code of a backup is that of the databases; its report is in the work folder, too.
    process.on('exit', code => {
      if (code === EXIT.ok && !isBackup) process.exitCode = EXIT.someFailed;
    });
  });
}

async function main(argv: string[]): Promise<number> {
  try {
    return await parse(argv);
  } catch (error) {
    // Whatever fails once a signal has come fails because of it: a Ctrl-C reaches the children too.
    return explainEnd(interruption.signal.aborted ? interruption.signal.reason : error);
  }
}

/** @returns the exit code */
function explainEnd(error: unknown): number {
  if (error instanceof BrokenRun) {
    explainEnd(error.cause);
    return error.exitCode;
  }
  const aboutFile = adviceAboutFile(error);
  const isExpected =
    error instanceof Interrupted || error instanceof CommandError || error instanceof ExplainedError || aboutFile;
  const message = isExpected ? messageOf(error) : `unexpected ${error instanceof Error ? error.stack : error}`;
  if (error instanceof Interrupted) process.stderr.write(overEcho(process.stderr));
  // The stack of a defect is shown as it is.
  const shown = (text: string) => (isExpected ? wrapLines(text, screenWidth(process.stderr), INDENT) : text);
  const isOurs = error instanceof ConfigurationError;
  const advice =
    isOurs || error instanceof ExplainedError ? error.advice : (aboutFile ?? (isExpected ? undefined : DEFECT));
  const said = (text: string) => (isOurs ? printable(text) : printableBlock(text, INDENT));
  process.stderr.write(`${shown(`sade: ${said(message)}`)}\n`);
  if (advice) process.stderr.write(`${shown(`what to do: ${said(advice)}`)}\n`);
  if (error instanceof Interrupted) return EXIT.interrupted[error.signal];
  return error instanceof CommandError ? error.exitCode : EXIT.someFailed;
}

async function parse(typed: string[]): Promise<number> {
  const commands = program();
  const argv = withDash(spelledOut(typed, Boolean(process.stdin.isTTY && process.stdout.isTTY)));
  const [command] = argv.slice(2).filter(argument => !argument.startsWith('-'));
  const isFirst = argv[2] === command;
  const called = isFirst ? command! : 'backup';
  if (isFirst && command !== undefined && !namesOf(commands.tree).includes(command))
    throw unknownCommand(command, commands.tree);
  const takesWord = namesOf(commands.tree).some(
    name => argv.includes(name) && commands.tree[name]!.usage.includes('['),
  );
  const stray = strayOf(argv.slice(2), takesWord);
  if (stray?.startsWith('--no-')) throw unknownOption(stray, called, commands.tree);
  if (stray !== undefined) throw unexpected([stray], called);
  if (argv.some(argument => argument === '--help' || argument === '-h'))
    return showHelp(commands, isFirst ? command : undefined);
  if (argv.some(argument => /^(?:--version|-v)$/.test(argument))) {
    process.stdout.write(`sade ${manifest.version}\n`);
    return EXIT.ok;
  }
  const lazy = commands.parse(argv, {
    lazy: true,
    string: Object.keys(VALUES),
    boolean: ['json', 'quiet', 'wide', 'force'],
    unknown: (flag: string): never => {
      throw unknownOption(flag, called, commands.tree);
    },
  }) as LazyOutput | undefined;
  // Such as `-xh`: sade has printed its own help.
  if (!lazy) return EXIT.ok;
  const { _: extra } = lazy.args.at(-1) as unknown as { _: string[] };
  if (extra.length > 0) throw unexpected(extra, called);
  isBackup = called === 'backup';
  return lazy.handler(...lazy.args);
}

function showHelp(commands: Program, command: string | undefined): number {
  const { tree } = commands;
  const width = screenWidth(process.stdout);
  const common = tree.__all__!.options;
  process.stdout.write(
    command === undefined
      ? overview(tree, width)
      : renderCommandHelp(tree[command]!, { common, values: VALUES, width }),
  );
  return EXIT.ok;
}

/** sade itself would end the program with code 1, which means that a backup failed. */
function given(argument: string | undefined, command: string, what: string): string {
  if (argument === undefined) throw new ConfigurationError([`${what} must be named; sade ${command} --help shows how`]);
  return argument;
}

type Options = Record<string, unknown>;

/** sade's own help is wider than a terminal: this is what it is made of. */
type Program = ReturnType<typeof sade> & { readonly tree: CommandTree };

/** Each command is loaded only when it is called: help is there at once. */
function program(): Program {
  return sade('sade')
    .version(manifest.version)
    .option('-s, --server', `Address of the service (SADE_SERVER; default ${DEFAULTS.server})`)

    .command(
      'backup',
      "Back up every database of the list. Takes each through dump, zip and upload; what can't be delivered waits for the next run.",
      { default: true },
    )
    .option('-c, --config', `The list of databases (SADE_CONFIG; default ${DEFAULTS.config})`)
    .option('--work-dir', `Private folder for dumps and zips under way (SADE_WORK_DIR; default ${DEFAULTS.workDir})`)
    .option('--only', 'Only these databases, by label, with commas between (SADE_ONLY)')
    .option('--dump-workers', `Dumps at once (SADE_DUMP_WORKERS; default ${DEFAULTS.dumpWorkers} here)`)
    .option(
      '--dumps-per-host',
      `Dumps at once from one database host (SADE_DUMPS_PER_HOST; default ${DEFAULTS.dumpsPerHost})`,
    )
    .option('--zip-workers', `Zips at once (SADE_ZIP_WORKERS; default ${DEFAULTS.zipWorkers} here)`)
    .option('--upload-workers', `Uploads at once (SADE_UPLOAD_WORKERS; default ${DEFAULTS.uploadWorkers})`)
    .option(
      '--level',
      `How strongly zips are compressed, from 1 (fastest) to 9 (smallest) (SADE_LEVEL; default ${DEFAULTS.level})`,
    )
    .option('--timeout', `Time one database may take, such as 90s, 30m, 6h (SADE_TIMEOUT; default ${DEFAULTS.timeout})`)
    .option('--retries', `How often an upload is tried again (SADE_RETRIES; default ${DEFAULTS.retries})`)
    .option('--mysqldump', `MySQL's dump program (SADE_MYSQLDUMP; default ${DEFAULTS.mysqldump})`)
    .option('--mariadb-dump', `MariaDB's dump program (SADE_MARIADB_DUMP; default ${DEFAULTS.mariadbDump})`)
    .option('--json', "Print the run's report as JSON on stdout (SADE_JSON=1)")
    .option('--quiet', 'Say nothing when all is well; a warning comes once, and again after a week (SADE_QUIET=1)')
    .example('backup --server https://backups.example.com')
    .example('backup --only pt_xyz,pt_abc --quiet')
    .action(async (options: Options) => (await import('./commands/backup.ts')).backup(options, context))

    .command('doctor', 'Check all that a backup needs, and show what is wrong and what to do; changes nothing')
    .option('-c, --config', `The list of databases (SADE_CONFIG; default ${DEFAULTS.config})`)
    .option('--work-dir', `Private folder for dumps and zips under way (SADE_WORK_DIR; default ${DEFAULTS.workDir})`)
    .option('--only', 'Only these databases, by label, with commas between (SADE_ONLY)')
    .option('--bundle', 'Also write a zip for a support ticket, without any passwords')
    .option(
      '--dump-workers',
      `Dumps at once, and databases looked at (SADE_DUMP_WORKERS; default ${DEFAULTS.dumpWorkers} here)`,
    )
    .option('--zip-workers', `Zips at once (SADE_ZIP_WORKERS; default ${DEFAULTS.zipWorkers} here)`)
    .option('--upload-workers', `Uploads at once (SADE_UPLOAD_WORKERS; default ${DEFAULTS.uploadWorkers})`)
    .option('--mysqldump', `MySQL's dump program (SADE_MYSQLDUMP; default ${DEFAULTS.mysqldump})`)
    .option('--mariadb-dump', `MariaDB's dump program (SADE_MARIADB_DUMP; default ${DEFAULTS.mariadbDump})`)
    .option('--json', 'Print all of it as JSON on stdout (SADE_JSON=1)')
    .option('--quiet', 'Say nothing unless something is wrong (SADE_QUIET=1)')
    .example('doctor --only pt_xyz')
    .example('doctor --bundle ticket.zip')
    .action(async (options: Options) => (await import('./commands/doctor.ts')).doctor(options, context))

    .command(
      'list',
      'List the databases, each with its latest backup, the age of its newest complete one and the id of the one to restore, the worst first',
    )
    .option(
      '-c, --config',
      `The list of databases (SADE_CONFIG; default ${DEFAULTS.config}): those without any backup are shown, too`,
    )
    .option('--state', 'Only these: complete, incomplete, unverified, damaged, shrunk, never, with commas between')
    .option('--older-than', 'Only those without a complete backup for so long, such as 26h or 7d')
    .option('--search', 'Only those with this text in their names')
    .option('--sort', 'By state (the worst first), age, name or size (default state)')
    .option('--wide', 'All columns, with the file names, however wide the terminal is')
    .option('--json', 'Print JSON')
    .example('list --state incomplete,shrunk')
    .example('list --older-than 26h --server https://backups.example.com')
    .action(async (options: Options) => (await import('./commands/list.ts')).list(options, context))

    .command('history [database]', 'List the backups of one database, newest first')
    .option('--limit', 'How many at most (on a terminal 30 unless given, else all)')
    .option('--wide', 'All columns, with the file names, however wide the terminal is')
    .option('--json', 'Print JSON')
    .example('history pt_xyz')
    .action(async (database: string | undefined, options: Options) =>
      (await import('./commands/history.ts')).history(given(database, 'history', 'a database'), options, context),
    )

    .command('show [id]', 'Show whether one backup is complete, what is in it, and what is missing from it')
    .option('--json', 'Print JSON')
    .example('show 34')
    .action(async (id: string | undefined, options: Options) =>
      (await import('./commands/show.ts')).show(given(id, 'show', 'the id of a backup'), options, context),
    )

    .command(
      'accept [id]',
      'Say that what a backup has lost was removed on purpose; later backups are compared with it',
    )
    .option('-r, --reason', 'Why; kept in the history for those who ask later')
    .option('--json', 'Print JSON')
    .example("accept 35 --reason 'faktur moved to the archive, ticket 4711'")
    .action(async (id: string | undefined, options: Options) =>
      (await import('./commands/accept.ts')).accept(given(id, 'accept', 'the id of a backup'), options, context),
    )

    .command('download [id]', 'Fetch a backup by its id; goes on where a broken download ended and checks the digest')
    .option('-o, --output', "File or folder to put it in, or - for stdout (default: the backup's own name, here)")
    .option('--force', 'Write to stdout although it is a terminal')
    .example('download 34')
    .example('download 34 --output /tmp')
    .example("download 34 --output - | ssh other 'cat >pt_xyz.zip'")
    .action(async (id: string | undefined, options: Options) =>
      (await import('./commands/download.ts')).download(given(id, 'download', 'the id of a backup'), options, context),
    ) as Program;
}
