import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { AppError } from '../../errors/errors.ts';
import { noteFreed } from '../../process/gc-pressure.ts';

interface Feed {
  request: IncomingMessage;
  parser: Writable;
  idleMs: number;
  /** Called with each chunk before the parser. @returns what the parser gets; what is thrown ends the feeding */
  prepare(chunk: Buffer): Iterable<Buffer>;
  /** Called when it waits for the parser, or has all, and when it waits for the client again. */
  onWait(isForClient: boolean): void;
  /** Ends the feeding when aborted; aborted by us, with a 408, when the client falls silent. */
  stop: AbortController;
}

/**
 * Pipes a request's body into its parser and watches that the client keeps sending.
 *
 * The time counts only while we wait for the client: never while the disk is slow to take what has arrived.
 */
export function pipeWithIdleTimeout({ request, parser, idleMs, prepare, onWait, stop }: Feed): void {
  let isWaiting = true;
  const timer = setTimeout(() => (isWaiting ? stop.abort(silent(idleMs)) : timer.refresh()), idleMs);
  const onData = (chunk: Buffer) => {
    timer.refresh();
    noteFreed(chunk.length);
    const isFull = write(chunk);
    if (!isFull) return;
    isWaiting = false;
    onWait(false);
    request.pause();
  };
  /** @returns whether the parser wants no more for now */
  const write = (chunk: Buffer) => {
    let isFull = false;
    try {
      for (const piece of prepare(chunk)) if (!parser.destroyed && !parser.write(piece)) isFull = true;
    } catch (error) {
      stop.abort(error);
    }
    return isFull;
  };
  const onDrain = () => {
    isWaiting = true;
    onWait(true);
    timer.refresh();
    request.resume();
  };
  const onEnd = () => {
    leave();
    onWait(false);
    parser.end();
  };
  const leave = () => {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('close', leave);
    parser.off('drain', onDrain);
  };
  request.on('data', onData).on('end', onEnd).on('close', leave);
  parser.on('drain', onDrain);
  stop.signal.addEventListener('abort', leave, { once: true });
}

function silent(idleMs: number): AppError {
  return new AppError(408, 'UPLOAD_TIMEOUT', `No data arrived for ${idleMs / 1000} seconds: send the file again`);
}
