import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import type { Worker } from 'node:worker_threads';

/**
 * What a test has to end: servers, programs, timers and watched files. A socket or a file that nothing reads any more is listed
 * as well until its memory is freed, and keeps no process from its end.
 */
const TO_END = /^(TCPServerWrap|ProcessWrap|Timeout|FSEventWrap)$/;

/** Node lists no threads. */
const threads = new Set<Worker>();
process.on('worker', worker => {
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
});

/** Node lists a server on a Unix socket as a pipe, as it does each output of a program. */
const servers = new Set<Server>();
subscribe('tracing:net.server.listen:asyncStart', message => {
  const { server } = message as { server: Server };
  servers.add(server);
  server.once('close', () => servers.delete(server));
});

/** @returns a word for each thing that keeps running in this process until it is ended */
export function stillRunning(): string[] {
  const sockets = [...servers].filter(server => typeof server.address() === 'string');
  return [
    ...process.getActiveResourcesInfo().filter(name => TO_END.test(name)),
    ...[...threads].map(() => 'Worker'),
    ...sockets.map(server => `server on ${server.address()}`),
  ];
}
