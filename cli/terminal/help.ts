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

const WIDTH = 80;
const INDENT = '  ';

/** @returns the help of one command, no line wider than 80 columns */
export function renderCommandHelp(
  { usage, describe = [], options, examples }: CommandHelp,
  common: readonly CommandHelp['options'][number][],
): string {
  const rows = [...options, ...common, ['-h, --help', 'Show this']].map(
    ([flags, meaning]) => [flags, meaning] as const,
  );
  return [
    ...wrapped(describe.join(' '), ''),
    '',
    'Usage',
    `${INDENT}sade ${usage.replace(/\[(\w+)\]/g, '<$1>')} [options]`,
    '',
    ...columns({ heading: 'Options', rows: rows as HelpSection['rows'] }),
    ...(examples.length > 0 ? ['', 'Examples', ...examples.map(example => `${INDENT}sade ${example}`)] : []),
    '',
  ].join('\n');
}

/** @returns the overview, no line wider than 80 columns */
export function renderOverview(introduction: string, sections: readonly HelpSection[]): string {
  return [...wrapped(introduction, ''), ...sections.flatMap(section => ['', ...columns(section)]), ''].join('\n');
}

function columns({ heading, rows }: HelpSection): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrapped(right, ' '.repeat(INDENT.length + width));
    return [`${INDENT}${left.padEnd(width)}${first.trimStart()}`, ...more];
  });
  return [heading, ...lines.map(line => line.trimEnd())];
}

/** A word that is wider than the terminal, such as a path, keeps a line of its own. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of stripVTControlCharacters(text).split(' ').filter(Boolean)) {
    const isFirst = line === indent;
    if (!isFirst && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
