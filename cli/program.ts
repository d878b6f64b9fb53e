import sade, { type LazyOutput, type Sade } from 'sade';
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
import { Interrupted } from './interruption.ts';
import { log, openLog } from './log.ts';
import { overview, unexpected, unknownCommand, unknownOption } from './options/command-help.ts';
import {
  COMMANDS,
  COMMON,
  type CommandDescription,
  type CommandName,
  commandNames,
  describedCommand,
  isCommand,
  VARIABLES,
} from './options/commands.ts';
import { flagsOf, renderCommandHelp } from './options/help.ts';
import { type OptionDescription, readOptions, type Typed } from './options/option.ts';
import { parsedFlag, spelledOut, strayOf, withDash, withParsedFlags } from './options/typed-words.ts';
import manifest from './package.json' with { type: 'json' };
import { overEcho } from './terminal/over-echo.ts';
import { printable, printableBlock } from './terminal/printable.ts';
import { screenWidth } from './terminal/screen-width.ts';
import { wrapLines } from './terminal/wrap.ts';

/** How the program ended. */
export interface ProgramEnd {
  readonly exitCode: number;
  /** It was a run whose databases decided about the exit code. */
  readonly isBackup: boolean;
}

/**
 * Does what a command line says: all that `main.ts` does, but for what belongs to its process.
 * @param typed the command line as a process has it: what a person typed begins with the third word
 * @returns the exit code; every error is explained on `stderr`
 */
export async function runProgram(typed: readonly string[], context: CommandContext): Promise<ProgramEnd> {
  const call: Started = { isBackup: false };
  try {
    return { exitCode: await parse(typed, context, call), ...call };
  } catch (error) {
    // Any failure after a signal is caused by the signal: a Ctrl-C reaches the children too.
    return { exitCode: explainEnd(context.signal.aborted ? context.signal.reason : error, context), ...call };
  }
}

/** What is known of a call when it fails. */
interface Started {
  isBackup: boolean;
}

type Action = (options: Call['options'], word: string, context: CommandContext) => Promise<number>;

/** Each command is loaded only when it is called, so that help is fast. */
const ACTIONS: Readonly<Record<CommandName, Action>> = {
  backup: async (options, _, context) => (await import('./commands/backup/backup.ts')).backup(options, context),
  doctor: async (options, _, context) => (await import('./commands/doctor.ts')).doctor(options, context),
  list: async (options, _, context) => (await import('./commands/list.ts')).list(options, context),
  history: async (options, name, context) => (await import('./commands/history.ts')).history(name, options, context),
  show: async (options, id, context) => (await import('./commands/show.ts')).show(id, options, context),
  accept: async (options, id, context) => (await import('./commands/accept.ts')).accept(id, options, context),
  find: async (options, name, context) => (await import('./commands/find.ts')).find(name, options, context),
  restore: async (options, name, context) =>
    (await import('./commands/restore.ts')).restore([name, ...options._], options, context),
  download: async (options, id, context) => (await import('./commands/download.ts')).download(id, options, context),
  drill: async (options, _, context) => (await import('./commands/drill.ts')).drill(options, context),
  completion: async (_, shell, context) => (await import('./commands/completion.ts')).completion(shell, context),
};

const DEFECT = 'This looks like a bug in sade: please report it, with these lines.';

/** What a server said may have several lines; the mistakes of a configuration are lines of ours. */
const INDENT = ' '.repeat(6);

/** @returns the exit code */
function explainEnd(error: unknown, context: CommandContext): number {
  const { stderr } = context;
  if (error instanceof BrokenRun) {
    explainEnd(error.cause, context);
    return error.exitCode;
  }
  const aboutFile = adviceAboutFile(error);
  const isExpected =
    error instanceof Interrupted || error instanceof CommandError || error instanceof ExplainedError || aboutFile;
  const message = isExpected ? messageOf(error) : `unexpected ${error instanceof Error ? error.stack : error}`;
  if (error instanceof Interrupted) stderr.write(overEcho(stderr));
  // The stack of a defect is shown as it is.
  const shown = (text: string) => (isExpected ? wrapLines(text, screenWidth(stderr), INDENT) : text);
  const isOurs = error instanceof ConfigurationError;
  const advice =
    isOurs || error instanceof ExplainedError ? error.advice : (aboutFile ?? (isExpected ? undefined : DEFECT));
  const said = (text: string) => (isOurs ? printable(text) : printableBlock(text, INDENT));
  stderr.write(`${shown(`sade: ${said(message)}`)}\n`);
  if (advice) stderr.write(`${shown(`what to do: ${said(advice)}`)}\n`);
  if (error instanceof Interrupted) return EXIT.interrupted[error.signal];
  return error instanceof CommandError ? error.exitCode : EXIT.someFailed;
}

async function parse(typed: readonly string[], context: CommandContext, call: Started): Promise<number> {
  const { stdin, stdout } = context;
  const argv = withDash(spelledOut(typed, Boolean(stdin.isTTY && stdout.isTTY)));
  const words = argv.slice(2);
  const first = words.find(argument => !argument.startsWith('-'));
  const command = words[0] === first ? first : undefined;
  if (command !== undefined && !isCommand(command)) throw unknownCommand(command);
  // What is completed is not finished, and no mistake.
  if (command === 'completion' && words[1] === '--')
    return (await import('./commands/completion.ts')).offerCompletions(words.slice(2), context);
  const called = command ?? 'backup';
  const takesWord = commandNames().some(name => words.includes(name) && describedCommand(name).argument !== undefined);
  const stray = strayOf(words, takesWord);
  if (stray?.startsWith('--no-')) throw unknownOption(stray, called);
  if (stray !== undefined) throw unexpected([stray], called);
  if (words.some(argument => argument === '--help' || argument === '-h')) {
    const width = screenWidth(stdout);
    stdout.write(command === undefined ? overview(width) : renderCommandHelp(command, width));
    return EXIT.ok;
  }
  if (words.some(argument => /^(?:--version|-v)$/.test(argument))) {
    stdout.write(`sade ${manifest.version}\n`);
    return EXIT.ok;
  }
  return run(argv, called, { context, call });
}

/** @param called the command as far as it is known: in `sade --only x list` an option stands before it */
async function run(
  argv: string[],
  called: CommandName,
  { context, call }: { context: CommandContext; call: Started },
): Promise<number> {
  const all = commandNames().flatMap(name => Object.values(describedCommand(name).options));
  const flagsOfAll = (takesValue: boolean) =>
    all.flatMap(({ flag, value }) => (flag !== undefined && takesValue === Boolean(value) ? parsedFlag(flag) : []));
  const lazy: LazyOutput | undefined = program().parse(withParsedFlags(argv), {
    lazy: true,
    string: flagsOfAll(true),
    boolean: flagsOfAll(false),
    unknown: (flag: string): never => {
      throw unknownOption(flag, called);
    },
  });
  // Such as `-xh`: sade has printed its own help.
  if (!lazy) return EXIT.ok;
  const { name, word, options }: Call = lazy.handler(...lazy.args);
  if (options._.length > 0 && !describedCommand(name).argument?.isRepeatable) throw unexpected(options._, called);
  call.isBackup = name === 'backup' && !options['dry-run'];
  const { log: level } = readOptions(VARIABLES, {}, context.env);
  openLog(level, line => context.stderr.write(line));
  const { deno, node } = process.versions;
  log.debug('sade starts', { command: name, version: manifest.version, ...(deno ? { deno } : { node }) });
  const exitCode = await ACTIONS[name](options, requiredWord(word, name, options), context);
  log.debug('sade ends', { command: name, exitCode });
  return exitCode;
}

/** What the package sade makes of a command line. */
interface Call {
  readonly name: CommandName;
  readonly word: string | undefined;
  /** `_` has the words that are left. */
  readonly options: Typed & { readonly _: readonly string[] };
}

/** sade itself would end the program with code 1, which means that a backup failed. */
function requiredWord(word: string | undefined, name: CommandName, options: Typed): string {
  const { argument } = describedCommand(name);
  if (word !== undefined || !argument || options[argument.orFlag ?? ''] !== undefined) return word ?? '';
  throw new ConfigurationError([`${argument.what} must be named; sade ${name} --help shows how`]);
}

/** @returns all commands and options, as they are declared to the package sade */
function program(): Sade {
  const program = sade('sade').version(manifest.version);
  const tell = ({ alias, flag, meaning }: OptionDescription) =>
    flag && program.option(flagsOf({ ...(alias && { alias }), flag: parsedFlag(flag), meaning }), meaning);
  for (const option of Object.values(COMMON)) tell(option);
  for (const name of commandNames()) {
    const { summary, argument, options }: CommandDescription = COMMANDS[name];
    program.command(argument ? `${name} [${argument.name}]` : name, summary, { default: name === 'backup' });
    for (const option of Object.values(options)) tell(option);
    const call = (word: string | undefined, options: Call['options']): Call => ({ name, word, options });
    program.action(argument ? call : (options: Call['options']) => call(undefined, options));
  }
  return program;
}
