import { shellWord } from '../../protocol/texts/shell-word.ts';
import type { Typed } from './option.ts';

/**
 * Writes a command of ours as it is typed into a shell.
 * @param argument a name or an id, or several; one that begins like an option stands behind `--`; for doctor the value of `--only`
 * @param server how the command that is running reached the service: the option `--server`, or what {@link reachedBy} gives; so the next one
 *   asks the same service in the same way
 */
export function commandLine(
  command: 'history' | 'show' | 'download' | 'accept' | 'doctor' | 'restore' | 'find',
  argument: string | number | readonly string[],
  { server, options = [] }: { server?: unknown; options?: readonly string[] } = {},
): string {
  const given = server instanceof Reached ? server.flags : optionAsTyped('server', server);
  const named = [argument].flat().map(String);
  const isLikeFlag = named.some(name => name.startsWith('-'));
  const [word, flags] = [named.map(shellWord).join(' '), [...options, ...given].map(flag => flagWord(flag))];
  if (command === 'doctor') {
    const only = isLikeFlag ? [`--only=${word}`] : ['--only', word];
    return ['sade', command, ...only, ...flags].join(' ');
  }
  if (named.length === 0) return ['sade', command, ...flags].join(' ');
  const words = isLikeFlag ? [...flags, '--', word] : [word, ...flags];
  return ['sade', command, ...words].join(' ');
}

/** Options, as they are typed, by which a command reached the service. */
class Reached {
  readonly flags: readonly string[];

  constructor(flags: readonly string[]) {
    this.flags = flags;
  }
}

/** Those options that say how the service is reached, other than variables. */
const REACHING = ['server', 'token-file', 'ca-file', 'allow-plain-http'] as const;

/** @param typed the options of the command that is running @returns those that the next command needs as well to reach the service */
export function reachedBy(typed: Typed): Reached {
  return new Reached(REACHING.flatMap(flag => optionAsTyped(flag, typed[flag])));
}

/** Of an option that was given several times the last one counts. */
function optionAsTyped(flag: (typeof REACHING)[number], typed: unknown): string[] {
  const value: unknown = Array.isArray(typed) ? typed.at(-1) : typed;
  if (value === undefined || value === false) return [];
  return value === true ? [`--${flag}`] : withValue(`--${flag}`, String(value));
}

/** An option stands as it is, its value as a shell takes it. */
function flagWord(flag: string): string {
  return /^--[a-z-]+$/.test(flag) ? flag : shellWord(flag);
}

/** @returns an option with its value, for `options`: a value that begins like an option stands behind `=` */
export function withValue(option: `--${string}`, value: string): string[] {
  return value.startsWith('-') ? [`${option}=${value}`] : [option, value];
}
