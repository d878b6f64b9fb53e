import { type CommandDescription, commandNames, describedCommand, isCommand } from './commands.ts';
import type { OptionDescription } from './option.ts';

/** What a shell may offer for the last word. */
export interface Offer {
  /** What already stands in that word before what is completed, such as `--state=complete,`. */
  readonly prefix: string;
  /** Words that can stand there, or of which kind they are. */
  readonly words: OptionDescription['completes'] | readonly [];
}

/**
 * Finds out what the last word of an unfinished call can become.
 * @param words behind `sade`, the last one unfinished or empty; bash gives the `=` of `--state=x` as a word of its own
 */
export function completionOf(words: readonly string[]): Offer {
  const current = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const [before = '', flagBefore = ''] = [words.at(-2), words.at(-3)];
  const called = words.slice(0, -1).find(isCommand);
  const command = describedCommand(called ?? 'backup');
  const [flag = '', value] = current.startsWith('--') && current.includes('=') ? splitAt(current, '=') : [];
  if (value !== undefined) return offerValue(optionIn(command, flag), value, `${flag}=`);
  if (words.at(-1) === '=') return offerValue(optionIn(command, before), '', '');
  if (before === '=') return offerValue(optionIn(command, flagBefore), current, '');
  const option = optionIn(command, before);
  if (option?.value) return offerValue(option, current, '');
  if (current.startsWith('-')) return { prefix: '', words: flagsOf(command) };
  if (words.length === 1) return { prefix: '', words: [...commandNames(), 'help', 'version'] };
  if (before === 'help') return { prefix: '', words: commandNames() };
  return { prefix: '', words: offerArgument(command, words.slice(words.indexOf(called ?? '') + 1, -1)) };
}

/** @param before the words between the command and the one that is completed */
function offerArgument({ argument }: CommandDescription, before: readonly string[]): Offer['words'] {
  // The word of a command stands directly behind it; several stand together.
  const isPlace = argument?.isRepeatable ? !before.some(word => word.startsWith('-')) : before.length === 0;
  return (isPlace && argument?.completes) || [];
}

/** A value with commas in it has several words, of which the last one is completed. */
function offerValue(option: OptionDescription | undefined, value: string, prefix: string): Offer {
  const words = option?.completes ?? [];
  if (words === 'files' || words === 'folders') return { prefix, words };
  return { prefix: `${prefix}${value.slice(0, value.lastIndexOf(',') + 1)}`, words };
}

function optionIn({ options }: CommandDescription, typed: string): OptionDescription | undefined {
  return Object.values(options).find(({ flag, alias }) => typed === `--${flag}` || typed === `-${alias}`);
}

function flagsOf({ options }: CommandDescription): string[] {
  return [...Object.values(options).flatMap(({ flag }) => (flag ? `--${flag}` : [])), '--help'];
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + 1)];
}
