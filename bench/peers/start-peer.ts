import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/**
 * Starts one of the servers of this folder as a process of its own, which prints its address when it listens.
 * @throws Error when it does not start
 */
export async function startPeer(file: string, ...args: readonly string[]): Promise<Peer> {
  const script = join(import.meta.dirname, file);
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${file} ended with exit code ${code}`)),
  );
  failed.catch(() => {});
  const [said] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
  return {
    url: said.toString().trim(),
    pid: child.pid!,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
