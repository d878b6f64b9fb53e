import { statSync } from 'node:fs';
import { createLogUpdate } from 'log-update';
import type { Outcome, Stage } from '../pipeline/outcome.ts';
import type { Backup, Watch } from '../pipeline/under-way.ts';
import { formatBytes } from './format.ts';
import { printableInLine } from './printable.ts';

const REDRAW_MS = 200;

interface Line {
  readonly database: string;
  readonly stage: Stage;
  readonly path: string;
  readonly total: number | undefined;
  /** When the stage began, and how far it was: a zip has followed the dump before it is shown. */
  since: number;
  from: number;
  done: number;
}

/** One live line for each database that is being worked on, with its stage, bytes and speed; for a terminal only. */
export class LiveView implements Watch, Disposable {
  /** By file name: a database may be dumped while what is left of an earlier run is uploaded. */
  readonly #lines = new Map<string, Line>();
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #redraw: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#update = createLogUpdate(stream);
    this.#redraw = setInterval(() => this.#draw(), REDRAW_MS);
  }

  began({ database, fileName }: Backup, stage: Stage, { path, bytes }: { path: string; bytes?: number }): void {
    const done = stage === 'zip' ? (this.#lines.get(fileName)?.done ?? 0) : 0;
    this.#lines.set(fileName, { database, stage, path, total: bytes, since: performance.now(), from: done, done });
  }

  moved({ fileName }: Backup, bytes: number): void {
    const line = this.#lines.get(fileName);
    if (!line) return;
    if (bytes < line.done) Object.assign(line, { since: performance.now(), from: 0 }); // it has begun anew
    line.done = bytes;
  }

  waits({ fileName }: Backup): void {
    this.#lines.delete(fileName);
  }

  /** Puts the line of a database that has ended above the live ones, for good. */
  ended({ fileName }: Outcome, text: string): void {
    this.#lines.delete(fileName);
    this.#update.persist(text);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#redraw);
    this.#update.clear();
    this.#update.done();
  }

  #draw(): void {
    // A terminal that takes nothing gets no more of what it will only overwrite.
    if (this.#stream.writableNeedDrain) return;
    this.#update([...this.#lines.values()].map(describe).join('\n'));
  }
}

function describe({ database, stage, path, total, since, from, done }: Line): string {
  const bytes = stage === 'dump' ? sizeOf(path) : done;
  const speed = (bytes - from) / Math.max(0.2, (performance.now() - since) / 1000);
  const share = total ? ` of ${formatBytes(total)} (${Math.floor((100 * bytes) / total)} %)` : '';
  return `${stage.padEnd(7)} ${printableInLine(database)}  ${formatBytes(bytes)}${share}, ${formatBytes(speed)}/s`;
}

/** mysqldump writes by itself: how far it is stands in the size of its file. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
