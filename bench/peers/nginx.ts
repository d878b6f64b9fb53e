import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../testing/free-port.ts';
import { pathOf } from '../installed.ts';

/** nginx of our own: serves a folder, and takes files into it by PUT (its WebDAV module). */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
  /** What it serves. */
  readonly files: string;
  /** Of its master and its workers. */
  readonly pids: readonly number[];
}

/** Where `scripts/setup bench` unpacks nginx, since to install it would start a web server on port 80. */
const UNPACKED = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lumbung-bench/nginx/usr/sbin');

/** However this process dies, the kernel ends nginx, too. */
const DIES_WITH_US = ['--pdeathsig', 'TERM'];

/** @returns the path of the program, undefined when nginx is not installed */
export function findNginx(): Promise<string | undefined> {
  return pathOf('nginx', [UNPACKED]);
}

/** Starts it in the foreground, set up as Debian ships it but for what PUT needs. @throws Error with its log when it does not start */
export async function startNginx(program: string, folder: string): Promise<Nginx> {
  const files = join(folder, 'files');
  await mkdir(files, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const log = join(folder, 'error.log');
  await writeFile(config, configuration({ folder, files, port }));
  const child = spawn(
    'setpriv',
    [...DIES_WITH_US, program, '-p', folder, '-c', config, '-e', log, '-g', 'daemon off;'],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const failed = once(child, 'exit').then(async () => {
    throw new Error(`nginx ended before it was ready: ${await readFile(log, 'utf8').catch(() => '')}`);
  });
  failed.catch(() => {});
  await Promise.race([untilAnswers(url), failed]);
  return {
    url,
    files,
    pids: [child.pid!, ...(await childrenOf(child.pid!))],
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Above the line: Debian's nginx.conf, as far as it matters here. Below: the folder, PUT, and no limit on its size. */
function configuration({ folder, files, port }: { folder: string; files: string; port: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    kind => `${kind}_temp_path ${join(folder, kind)};`,
  );
  return `${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
worker_processes auto;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  default_type application/octet-stream;
  access_log ${join(folder, 'access.log')};
  # ---
  ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port};
    root ${files};
    client_max_body_size 0;
    dav_methods PUT;
  }
}
`;
}

async function untilAnswers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return;
    await sleep(20);
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}
