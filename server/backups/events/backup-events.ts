import { EventEmitter } from 'node:events';
import { boundedEvents } from './bounded-events.ts';

/** A backup that has just been recorded, or whose stored file was found to be damaged or sound again. */
export interface BackupEvent {
  readonly id: number;
  readonly database: string;
  /** By which it is counted (`sortTime`). */
  readonly sortedAt: Date;
}

/** So many backups may wait for a listener: a night of a large fleet. */
export const MAX_WAITING = 1_000;

/** The last event for a listener that reads too slowly: it has missed some, and gets no others. */
export const MISSED: unique symbol = Symbol('missed');

/** Tells all listeners what happens to backups, in this process: no other works on the same storage. */
export class BackupEvents {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Announces a backup that has been committed to the history. */
  received(event: BackupEvent): void {
    this.#emitter.emit('received', event);
    this.#emitter.emit(`received ${event.database}`, event);
    this.#emitter.emit('changed', event);
  }

  /** Tells that what a backup is worth has changed. */
  changed(event: BackupEvent): void {
    this.#emitter.emit('changed', event);
  }

  /** Calls back at every change, that of being received too. */
  onChange(hear: (event: BackupEvent) => void): void {
    this.#emitter.on('changed', hear);
  }

  /** Announces that all has been evaluated, each minute: which databases are late, and which alarms are open. */
  evaluated(): void {
    this.#emitter.emit('evaluated');
  }

  onEvaluated(hear: () => void): void {
    this.#emitter.on('evaluated', hear);
  }

  /** Calls back when the service stops. */
  onEnd(hear: () => void): void {
    this.#emitter.on('stop', hear);
  }

  /**
   * @param client who listens, for `listenersOf`; undefined for all who need no token
   * @returns the backups that come in from now on, each as the only item of an array, until `end`, or `MISSED` as the last
   *   when more than `MAX_WAITING` would wait for a listener that takes none
   */
  listen(database?: string | null, client?: string): AsyncIterable<[BackupEvent | typeof MISSED]> {
    const name = database == null ? 'received' : `received ${database}`;
    return boundedEvents<BackupEvent | typeof MISSED>(this.#emitter, name, {
      ...{ most: MAX_WAITING, last: MISSED },
      ends: client === undefined ? ['end'] : ['end', endOf(client)],
    });
  }

  /** How many listen now for backups that come in. */
  get listeners(): number {
    return this.#emitter.listenerCount('end');
  }

  /** @returns how many of a client listen now */
  listenersOf(client: string): number {
    return this.#emitter.listenerCount(endOf(client));
  }

  /** Ends all that listens. */
  end(): void {
    this.#emitter.emit('end');
    this.#emitter.emit('stop');
  }
}

/** An event that never comes: the emitter counts who would hear it. */
function endOf(client: string): string {
  return `end of ${client}`;
}
