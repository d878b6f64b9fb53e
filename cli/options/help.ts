import { stripVTControlCharacters } from 'node:util';

/** What the help of one command says, as the package sade keeps it. */
export interface CommandHelp {
  /** Such as `history [database]`. */
  readonly usage: string;
  readonly describe?: readonly string[];
  /** Each with its flags, such as `-c, --config`, and what it means. */
  readonly options: readonly (readonly [flags: string, meaning: string, ...rest: unknown[]])[];
  readonly examples: readonly string[];
}

/** A paragraph of the overview: a heading, and lines of two columns. */
export interface HelpSection {
  readonly heading: string;
  readonly rows: readonly (readonly [left: string, right: string])[];
}

/** A wider terminal makes no line wider: it would be harder to read. */
const WIDTH = 80;
const INDENT = '  ';

export interface CommandHelpOptions {
  /** The options that every command has. */
  readonly common: CommandHelp['options'];
  /** What the help calls the value of an option, by its long name; an option that takes none has none. */
  readonly values: Readonly<Record<string, string>>;
  /** Columns of the terminal; undefined without a terminal. */
  readonly width: number | undefined;
}

/** @returns the help of one command, no line wider than the terminal and 80 columns */
export function renderCommandHelp(
  { usage, describe = [], options, examples }: CommandHelp,
  { common, values, width }: CommandHelpOptions,
): string {
  const rows = [...options, ...common].map(([flags, meaning]): [string, string] => {
    const value = values[/--([\w-]+)/.exec(flags)?.[1] ?? ''];
    return [value ? `${flags} ${value}` : flags, meaning];
  });
  const section = { heading: 'Options', rows: [...rows, ['-h, --help', 'Show this']] as [string, string][] };
  return [
    ...wrapped(describe.join(' '), '', widthFor(width)),
    '',
    'Usage',
    `${INDENT}sade ${usage.replace(/\[(\w+)\]/g, (_, name: string) => name.toUpperCase())} [options]`,
    '',
    ...columns(section, widthFor(width)),
    ...(examples.length > 0 ? ['', 'Examples', ...examples.map(example => `${INDENT}sade ${example}`)] : []),
    '',
  ].join('\n');
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
