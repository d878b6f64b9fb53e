import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { Logger } from 'pino';
import type { OpenConnections } from './open-connections.ts';
import { answerRaw } from './raw-answer.ts';

interface Limit {
  readonly connections: OpenConnections;
  /** How many connections there may be at once. */
  readonly most: number;
  /** How long a client may send nothing of a body while others are in want of its connection, in milliseconds. */
  readonly silentMs: number;
  readonly log: Logger;
  /** Whether the server speaks TLS only. */
  readonly isTls: boolean;
}

/**
 * Bounds how many connections there are. One too many takes the place of the one that has been idle for longest, else of
 * one whose client has long sent nothing of its body; while all are busy it is answered with 503. What makes the server adds
 * each connection.
 */
export function limitConnections(server: Server, { connections, most, silentMs, log, isTls }: Limit): void {
  const makeRoom = (socket: Socket) => {
    const idle = connections.longestIdle();
    const other = idle === socket ? connections.longestSilent(silentMs) : idle;
    other?.destroy();
    return other !== undefined;
  };
  server.on(isTls ? 'secureConnection' : 'connection', socket => {
    if (connections.size > most && !makeRoom(socket)) answerRaw(socket, TOO_MANY, log);
  });
  // An answer takes a handshake, and there are not any number of handshakes at once.
  if (!isTls) return;
  server.on('connection', socket => {
    if (connections.size > most + HANDSHAKES && !makeRoom(socket)) socket.destroy();
  });
}

/** How many connections may be on their way to such an answer over TLS. */
const HANDSHAKES = 64;

const TOO_MANY = {
  status: '503 Service Unavailable',
  code: 'TOO_MANY_CONNECTIONS',
  message: 'The service has no free connection: try again later',
  fields: ['Retry-After: 5'],
};

/** Descriptors that the service needs beside its connections: the history, its log, what Node itself has open. */
const OWN_FILES = 64;
/** A connection's own, that of the file that it sends or fetches, and one for what is looked at meanwhile. */
const FILES_EACH = 3;
const MOST = 4_096;

/** @returns how many connections leave room for the files that are needed for them (`ulimit -n`) */
export function mostConnections(): number {
  const files = openFilesLimit();
  return Math.max(8, Math.min(MOST, Math.floor((files - OWN_FILES) / FILES_EACH)));
}

/** Node raises the limit to the hard one when it starts, so it is asked for and not taken from the shell. */
function openFilesLimit(): number {
  // It would ask for the names of all addresses else.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits }: { userLimits?: { open_files?: { soft?: number | string } } } = process.report.getReport();
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
