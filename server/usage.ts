import { VARIABLES, type Variable } from './config.ts';

/** @returns what `npm start -- --help` prints: the arguments and the environment variables */
export function usage(): string {
  return [
    "Lumbung's service receives backups, checks them and stores them.",
    '',
    'npm start              runs the service',
    'npm start -- rebuild   makes a lost history again from the stored files',
    'npm start -- --help    shows this',
    '',
    'node server/main.ts token --help  shows how to make, list, revoke and rotate tokens',
    'node server/main.ts pin --help    shows how to pin, hold, forget and take back a backup',
    'node server/main.ts retention --help  shows how to see what the retention removes, and to let it go',
    'node server/main.ts export --help shows how to hand a client over, and how to erase it',
    'node server/main.ts pause --help  shows how to pause, retire and resume the watch of databases',
    '',
    'It reads these environment variables:',
    ...Object.values(VARIABLES).flatMap(describe),
    '',
    'docs/reference/configuration.md has more about each.',
    '',
  ].join('\n');
}

function describe(variable: Variable): string[] {
  const shown = shownDefault(variable);
  const meaning = variable.meaning.replaceAll('`', '');
  return ['', `  ${variable.name}${shown === undefined ? '' : ` (default ${shown})`}`, `      ${meaning}`];
}

/** @returns the default as one would write it; undefined for none */
export function shownDefault({ schema, fallbackInDocs }: Variable): string | undefined {
  const fallback: unknown = schema.getDefault();
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off';
  return fallbackInDocs ?? (fallback === undefined || fallback === '' ? undefined : String(fallback));
}
