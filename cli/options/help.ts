import { stripVTControlCharacters } from 'node:util';
import { type CommandDescription, type CommandName, describedCommand } from './commands.ts';
import type { OptionDescription } from './option.ts';

/** A paragraph of the overview: a heading, and lines of two columns. */
export interface HelpSection {
  readonly heading: string;
  readonly rows: readonly (readonly [left: string, right: string])[];
}

/** A wider terminal makes no line wider: it would be harder to read. */
const WIDTH = 80;
const INDENT = '  ';

/**
 * @param width of the terminal; undefined without a terminal
 * @returns the help of one command, no line wider than the terminal and 80 columns
 */
export function renderCommandHelp(name: CommandName, width: number | undefined): string {
  const { summary, argument, options, examples } = describedCommand(name);
  const rows = Object.values(options).flatMap(option => (option.flag === undefined ? [] : [rowOf(option)]));
  const section = { heading: 'Options', rows: [...rows, HELP_ROW] };
  const usage = ['sade', name, ...(argument ? [argumentIn(argument)] : []), '[options]'].join(' ');
  return [
    ...wrapped(summary, '', widthFor(width)),
    '',
    'Usage',
    `${INDENT}${usage}`,
    '',
    ...columns(section, widthFor(width)),
    ...['', 'Examples', ...examples.map(example => `${INDENT}sade ${example}`)],
    '',
  ].join('\n');
}

/** @returns such as `ID`, or `DATABASE...` where several can be named */
export function argumentIn({ name, isRepeatable }: NonNullable<CommandDescription['argument']>): string {
  return `${name.toUpperCase()}${isRepeatable ? '...' : ''}`;
}

const HELP_ROW = ['-h, --help', 'Show this help'] as const;

function rowOf(option: OptionDescription): [left: string, right: string] {
  const { value } = option;
  return [`${flagsOf(option)}${value ? ` ${value}` : ''}`, `${option.meaning}${sourcesOf(option)}`];
}

/** @returns such as `-c, --config` */
export function flagsOf({ alias, flag }: OptionDescription): string {
  return `${alias ? `-${alias}, ` : ''}--${flag}`;
}

/** @returns by what the option can be set besides, such as ` (SADE_LEVEL; default 6)`; empty when by nothing */
function sourcesOf({ value, variable, fallback, fallbackInDocs }: OptionDescription): string {
  if (!value) return variable ? ` (${variable}=1)` : '';
  const isOfMachine = fallbackInDocs !== undefined;
  const shown = [variable, fallback && `default ${fallback}${isOfMachine ? ' here' : ''}`].filter(Boolean).join('; ');
  return shown && ` (${shown})`;
}

/** @returns the overview, no line wider than the terminal and 80 columns */
export function renderOverview(
  introduction: string,
  sections: readonly HelpSection[],
  width: number | undefined,
): string {
  const lines = sections.flatMap(section => ['', ...columns(section, widthFor(width))]);
  return [...wrapped(introduction, '', widthFor(width)), ...lines, ''].join('\n');
}

function widthFor(width: number | undefined): number {
  return Math.min(width ?? WIDTH, WIDTH);
}

/** Where the left side would take half of a narrow terminal, what it means stands below it. */
function columns({ heading, rows }: HelpSection, width: number): string[] {
  const left = Math.max(...rows.map(([left]) => left.length)) + 2;
  const isNarrow = INDENT.length + left > width / 2;
  const lines = rows.flatMap(([name, meaning]) => {
    if (isNarrow) return [`${INDENT}${name}`, ...(meaning ? wrapped(meaning, ' '.repeat(6), width) : [])];
    const [first = '', ...more] = wrapped(meaning, ' '.repeat(INDENT.length + left), width);
    return [`${INDENT}${name.padEnd(left)}${first.trimStart()}`, ...more];
  });
  return [heading, ...lines.map(line => line.trimEnd())];
}

/** A word that is wider than the terminal, such as a path, keeps a line of its own. */
function wrapped(text: string, indent: string, width: number): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of stripVTControlCharacters(text).split(' ').filter(Boolean)) {
    const isFirst = line === indent;
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
