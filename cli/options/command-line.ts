import { shellWord } from '../terminal/shell-word.ts';

/**
 * Writes a command of ours as it is typed into a shell.
 * @param argument a name or an id; one that begins like an option stands behind `--`; for doctor the value of `--only`
 * @param server the option `--server` of the command that is running, so that the next one asks the same service
 */
export function commandLine(
  command: 'history' | 'show' | 'download' | 'accept' | 'doctor' | 'restore' | 'find',
  argument: string | number,
  { server, options = [] }: { server?: unknown; options?: readonly string[] } = {},
): string {
  const given = server === undefined ? [] : ['--server', String(Array.isArray(server) ? server.at(-1) : server)];
  const [word, flags] = [shellWord(String(argument)), [...options, ...given].map(flag => flagWord(flag))];
  if (command === 'doctor') {
    const only = String(argument).startsWith('-') ? [`--only=${word}`] : ['--only', word];
    return ['sade', command, ...only, ...flags].join(' ');
  }
  const words = String(argument).startsWith('-') ? [...flags, '--', word] : [word, ...flags];
  return ['sade', command, ...words].join(' ');
}

/** An option stands as it is, its value as a shell takes it. */
function flagWord(flag: string): string {
  return /^--[a-z-]+$/.test(flag) ? flag : shellWord(flag);
}

/** @returns an option with its value, for `options`: a value that begins like an option stands behind `=` */
export function withValue(option: `--${string}`, value: string): string[] {
  return value.startsWith('-') ? [`${option}=${value}`] : [option, value];
}
