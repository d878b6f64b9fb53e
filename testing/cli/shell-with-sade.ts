import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { portOf } from '../free-port.ts';
import type { SadeResult } from './sade.ts';
import { sadeHere } from './sade-here.ts';

/**
 * What `sade` is in that shell: it sends its folder, its words and its variables to the process of the test, and writes what comes
 * back where the shell wants it. All texts end with a NUL, which is in none of them.
 */
const SADE = (port: number) => `sade() {
  local name line code out err
  exec {line}<>/dev/tcp/127.0.0.1/${port} || return 125
  {
    printf '%s\\0' "$PWD" "$#" "$@"
    for name in $(compgen -e SADE_); do printf '%s\\0' "$name=\${!name}"; done
    printf '\\0'
  } >&$line
  IFS= read -r -d '' code <&$line && IFS= read -r -d '' out <&$line && IFS= read -r -d '' err <&$line || return 125
  exec {line}>&-
  printf %s "$out"
  printf %s "$err" >&2
  return "$code"
}`;

/**
 * Runs commands in bash, as they are pasted: quotes, pipes, variables and exit codes are the shell's. What they call `sade` runs in the
 * process of the test, with the variables `SADE_…` of the shell: that takes a tenth of the CPU time of a start.
 * @param options.cwd the folder of the shell, absolute
 * @param options.env of the shell
 */
export async function pasteHere(
  commands: string,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<SadeResult> {
  const server = createServer({ allowHalfOpen: true }, socket => void answer(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const script = `${SADE(portOf(server))}\n${commands}`;
    const shell = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return await ended(shell);
  } finally {
    server.close();
  }
}

async function ended(shell: ChildProcess): Promise<SadeResult> {
  const [stdout, stderr, [code]] = await Promise.all([text(shell.stdout!), text(shell.stderr!), once(shell, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

async function answer(socket: Socket): Promise<void> {
  socket.on('error', () => {}); // the shell has ended
  const { folder, words, variables } = await asked(socket);
  const { code, stdout, stderr } = await runIn(folder, words, variables).catch(error => ({
    ...{ code: 125, stdout: '', stderr: `the test could not run sade: ${error?.stack ?? error}\n` },
  }));
  socket.end(`${code}\0${stdout}\0${stderr}\0`);
}

interface Asked {
  readonly folder: string;
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Two NULs are its end: the last variable, or word, has one behind it. An empty word is told from it by the number of words. */
async function asked(socket: Socket): Promise<Asked> {
  let received = Buffer.alloc(0);
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, bytes]);
    const complete = parse(received.toString());
    if (complete) return complete;
  }
  throw new Error('the shell hung up before it had said what to run');
}

function parse(received: string): Asked | undefined {
  const [folder = '', count, ...rest] = received.split('\0');
  if (count === undefined || rest.length <= Number(count)) return undefined;
  const settings = rest.slice(Number(count));
  const end = settings.indexOf('');
  if (end === -1 || end === settings.length - 1) return undefined;
  const variables = settings.slice(0, end).map(setting => {
    const at = setting.indexOf('=');
    return [setting.slice(0, at), setting.slice(at + 1)] as const;
  });
  return { folder, words: rest.slice(0, Number(count)), variables: Object.fromEntries(variables) };
}

async function runIn(folder: string, words: readonly string[], variables: Readonly<Record<string, string>>) {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await sadeHere(words, variables);
  } finally {
    process.chdir(before);
  }
}
