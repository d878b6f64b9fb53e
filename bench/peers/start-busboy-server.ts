import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

/** Starts busboy-server.ts as a process of its own, which puts what it gets into the folder. @throws Error when it does not start */
export async function startBusboyServer(folder: string): Promise<AsyncDisposable & { url: string; pid: number }> {
  const script = join(import.meta.dirname, 'busboy-server.ts');
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`busboy-server ended with code ${code}`)),
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
