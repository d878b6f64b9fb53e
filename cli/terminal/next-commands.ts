import { widthOf } from './cut.ts';
import { printableInLine } from './printable.ts';
import { wrap } from './wrap.ts';

/** A command that a person may run next, as a shell takes it, and what for. */
export type NextCommand = readonly [command: string, purpose: string];

const INDENT = '  ';

/**
 * Writes commands as they can be copied into a shell: what each is for is a comment.
 * @param width of the terminal; where one line has no room for both, the comments stand above the commands, which are never cut
 */
export function nextCommands(commands: readonly NextCommand[], width: number | undefined): string {
  const column = Math.max(...commands.map(([command]) => widthOf(command))) + 2;
  const lines = commands.map(([command, purpose]) => {
    const gap = ' '.repeat(column - widthOf(command));
    return `${INDENT}${command}${gap}# ${printableInLine(purpose)}`;
  });
  const isNarrow = width !== undefined && lines.some(line => widthOf(line) > width);
  const above = commands.flatMap(([command, purpose]) => [
    wrap(`${INDENT}# ${printableInLine(purpose)}`, width, `${INDENT}# `),
    `${INDENT}${command}`,
  ]);
  return ['next:', ...(isNarrow ? above : lines), ''].join('\n');
}
