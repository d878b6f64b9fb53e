import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shellFlag, shellOnly } from '../../protocol/texts/shell-word.ts';
import { ConfigurationError } from '../errors.ts';
import { COMMANDS, type CommandName, commandNames, describedCommand } from './commands.ts';
import { didYouMean } from './did-you-mean.ts';
import { type HelpSection, renderOverview } from './help.ts';

/** @param width of the terminal; undefined without a terminal @returns what `sade --help` prints */
export function overview(width: number | undefined): string {
  const commands = commandNames().map(name => [name, COMMANDS[name].summary] as const);
  const sections = [
    { heading: 'Usage', rows: [['sade COMMAND [options]', '']] },
    {
      heading: 'Commands',
      rows: [
        ...commands,
        ['help COMMAND', 'Show the options of a command, with examples'],
        ['version', 'Show the version'],
      ],
    },
    { heading: 'sade without a command', rows: WITHOUT_COMMAND },
    { heading: 'Exit codes', rows: EXIT_CODES },
    { heading: 'More', rows: documents() },
  ] satisfies HelpSection[];
  return renderOverview(INTRODUCTION, sections, width);
}

const INTRODUCTION =
  "sade backs up MySQL and MariaDB databases: it dumps and zips each, and uploads the zip to Lumbung's service, which checks and keeps it.";

const WITHOUT_COMMAND = [
  ['on a terminal', 'shows this help'],
  ['in cron, in a pipe', 'makes the backups, as sade backup does'],
] as const;

const EXIT_CODES = [
  ['0', 'all is well'],
  [
    '1',
    'some backups failed, are incomplete or have lost something; doctor: it found a problem; other commands: not found',
  ],
  ['2', 'no database was backed up'],
  ['3', 'a mistake in the options or in the list of databases; nothing was done'],
  ['4', 'another run works in the same work folder; nothing was done'],
  ['130, 143', 'interrupted by Ctrl-C, by SIGTERM'],
  ['131, 129', 'interrupted by Ctrl-\\, by the loss of the terminal'],
] as const;

function documents(): [string, string][] {
  const inRoot = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const pages = [
    ['first steps, cron', inRoot('README.md')],
    ['restore, all tasks', inRoot('docs/README.md')],
  ] as const;
  return [
    ['start with', 'sade doctor: shows what a backup still needs, and what to do'],
    ['debug', 'SADE_LOG=debug sade COMMAND logs to stderr what it does'],
    ...pages.filter(([, path]) => existsSync(path)).map(([what, path]): [string, string] => [what, path]),
  ];
}

/** @returns the error for a word that is no command */
export function unknownCommand(word: string): ConfigurationError {
  const guess = didYouMean(word, [...commandNames(), 'help', 'version']);
  return new ConfigurationError([`there is no command ${word || '""'}${guess || '; sade --help lists them'}`]);
}

/** @returns the error for an option that a command does not take; says which commands do */
export function unknownOption(flag: string, command: CommandName): ConfigurationError {
  const guess = didYouMean(flag, [...flagsIn(command), '--help']);
  const others = commandNames().filter(name => flagsIn(name).includes(flag));
  const hint =
    others.length > 0
      ? `; ${listed(others.map(name => `sade ${name}`))} ${others.length === 1 ? 'has' : 'have'} it`
      : guess;
  return new ConfigurationError([
    `there is no option ${flag} of sade ${command}${hint || `; sade ${command} --help lists them`}`,
  ]);
}

function flagsIn(name: CommandName): string[] {
  return Object.values(describedCommand(name).options).flatMap(({ flag }) => (flag ? `--${flag}` : []));
}

/** @returns the error for unexpected words after a command */
export function unexpected(words: readonly string[], command: string): ConfigurationError {
  return new ConfigurationError([
    `unexpected ${words.map(word => word || '""').join(' ')}; ${hintFor(words, command)}`,
  ]);
}

function hintFor(words: readonly string[], command: string): string {
  const help = `sade ${command} --help shows how to use it`;
  if (words.some(word => /^-*$/.test(word) || word === 'help')) return help;
  if (command === 'backup' || command === 'doctor') return `to name databases: sade ${command} ${shellOnly(words)}`;
  if (command === 'list') return `to find databases: sade list ${shellFlag('--search', words.join(' '))}`;
  return `put a name with spaces into quotes; ${help}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
