import { VARIABLES, type Variable } from '../config.ts';
import { COMMANDS } from './commands.ts';

/** @returns what `npm start -- --help` prints: the arguments and the environment variables */
export function usage(): string {
  return [
    "Lumbung's service receives backups, checks them and stores them.",
    '',
    'npm start              runs the service',
    'npm start -- --help    shows this',
    '',
    'It reads these environment variables:',
    ...Object.values(VARIABLES).flatMap(describe),
    '',
    'docs/reference/configuration.md has more about each.',
    '',
    // At the end, since this is what is left on a small terminal.
    'sudo lumbung COMMAND    does one thing, as the user of the service and with its variables:',
    '',
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    '',
  ].join('\n');
}

function describe(variable: Variable): string[] {
  const shown = shownDefault(variable);
  // Written for the reference, too.
  const meaning = variable.meaning.replaceAll('`', '').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
  return ['', `  ${variable.name}${shown === undefined ? '' : ` (default ${shown})`}`, `      ${meaning}`];
}

/** @returns the default as one would write it; undefined for none */
export function shownDefault({ schema, fallbackInDocs }: Variable): string | undefined {
  const fallback: unknown = schema.getDefault();
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return fallbackInDocs ?? (fallback === undefined || fallback === '' ? undefined : String(fallback));
}
