import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { clientEnvironment } from './client-environment.ts';

/** util-linux's program that has the kernel kill what it becomes as soon as the process that started it has ended. */
const SETPRIV = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

let hasSetpriv: Promise<boolean> | undefined;

/**
 * Where the system can do it (Linux with util-linux), a program is started so that it ends with this process, even by `kill -9`:
 * no dump of a run that was killed then runs beside that of the next. Elsewhere the next run ends it (`orphaned-dumps.ts`).
 * @returns the program to start and its arguments
 */
export async function endingWithParent(program: string, args: readonly string[]): Promise<[string, string[]]> {
  hasSetpriv ??= canRun([...SETPRIV, 'true']);
  const [first, ...rest] = (await hasSetpriv) ? [...SETPRIV, program, ...args] : [program, ...args];
  return [first, rest];
}

/** @returns why setpriv could not become the program, or undefined when it has */
export function whyNotBecome(code: number | null, stderr: string): string | undefined {
  const said = /^setpriv: (.+)/.exec(stderr)?.[1];
  // As with shells: 126 for what can't be run, 127 for what does not exist.
  if (code === 127 && said) return 'it is not installed any more';
  return code === 126 ? said : undefined;
}

function canRun([program, ...args]: readonly string[]): Promise<boolean> {
  return promisify(execFile)(program!, args, { env: clientEnvironment(), timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}
