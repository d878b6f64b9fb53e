import { statSync } from 'node:fs';
import process from 'node:process';
import { createLogUpdate } from 'log-update';
import type { BackupJob, ProgressListener } from '../pipeline/jobs.ts';
import type { Outcome, StageName } from '../report/outcome.ts';
import { fitLine } from '../terminal/fit.ts';
import { type Line, lineOf, overallLine } from './live-lines.ts';
import { RecentSpeed } from './recent-speed.ts';
import { RunProgress } from './run-progress.ts';

const REDRAW_MS = 200;

/** Deno receives the signal that it sends itself again, and would never continue. */
const CAN_SUSPEND = process.versions.deno === undefined;

export interface LiveViewOptions {
  /** From its abort on nothing is live any more: what is still said stands line below line. */
  readonly signal: AbortSignal;
  /** The databases of the run by their labels, with the bytes of their last dumps where they are known. */
  readonly expected: ReadonlyMap<string, number | undefined>;
}

/**
 * One live line for each database that is being worked on, with its stage, how far it is and its speed, and below them one for
 * the whole run; for a terminal only. It is never larger than the terminal.
 */
export class LiveView implements ProgressListener, Disposable {
  /** By file name: a database may be dumped while what is left of an earlier run is uploaded. */
  readonly #lines = new Map<string, Line>();
  readonly #progress: RunProgress;
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #signal: AbortSignal;
  readonly #redraw: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, { signal, expected }: LiveViewOptions) {
    this.#stream = stream;
    this.#signal = signal;
    this.#progress = new RunProgress(expected);
    // The cursor stays: a program that is killed could not show it again.
    this.#update = createLogUpdate(stream, { showCursor: true });
    this.#redraw = setInterval(() => this.#draw(), REDRAW_MS);
    signal.addEventListener('abort', this.#clear, { once: true });
    if (CAN_SUSPEND) process.on('SIGTSTP', this.#suspend);
  }

  onStart(
    { database, fileName, isLeftover }: BackupJob,
    stage: StageName,
    file: { path: string; bytes?: number },
  ): void {
    const { path, bytes: total } = file;
    const earlier = this.#lines.get(fileName);
    // What a dump may become is known only when it has begun, and a zip has followed it before the zip is shown.
    const isTheSame = earlier?.stage === stage && stage === 'dump';
    const done = stage === 'zip' ? (earlier?.followed ?? 0) : 0;
    const speed = isTheSame ? earlier.speed : new RecentSpeed(done);
    this.#lines.set(fileName, { database, stage, path, total, speed, done, followed: 0, isLeftover });
    if (total && stage !== 'upload' && !isLeftover) this.#progress.expect(database, total);
  }

  onProgress({ fileName }: BackupJob, bytes: number): void {
    const line = this.#lines.get(fileName);
    if (line?.stage === 'dump') line.followed = bytes;
    else if (line) line.done = bytes;
  }

  onWait({ fileName }: BackupJob): void {
    this.#lines.delete(fileName);
  }

  /** Puts the line of a database that has ended above the live ones, permanently. */
  finish({ fileName, database, isLeftover }: Outcome, text: string): void {
    this.#lines.delete(fileName);
    if (!isLeftover) this.#progress.done(database);
    this.note(text);
  }

  /** Puts a text above the live lines, permanently. */
  note(text: string): void {
    // Not by log-update: it would break a long line, and with it a command that is to be copied.
    this.#clear();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#redraw);
    this.#signal.removeEventListener('abort', this.#clear);
    process.off('SIGTSTP', this.#suspend);
    this.#clear();
  }

  /** Ctrl-Z: the shell writes where the live lines were; they are drawn again when the program continues. */
  readonly #suspend = () => {
    this.#clear();
    this.#stream.write('', () => {
      // Without our listener the signal does what it does by itself; that is nothing where no shell could let us go on.
      process.off('SIGTSTP', this.#suspend);
      process.kill(process.pid, 'SIGTSTP');
      process.on('SIGTSTP', this.#suspend);
    });
  };

  readonly #clear = () => this.#update.clear();

  #draw(): void {
    // A terminal that takes nothing gets no more of what it will only overwrite.
    if (this.#signal.aborted || this.#stream.writableNeedDrain) return;
    const { columns, rows } = this.#stream;
    // The cursor stands on a row of its own below. In the last column a terminal would begin the next line.
    const room = (rows ?? 24) - 1;
    if (room < 1) return;
    this.#update(
      this.#frame(columns, room)
        .map(line => fitLine(line, columns - 1))
        .join('\n'),
    );
  }

  /** @param room at least 1 @returns no more lines than that; the last one is that of the whole run */
  #frame(columns: number, room: number): string[] {
    const lines = [...this.#lines.values()];
    for (const line of lines) this.#follow(line);
    const overall = overallLine(this.#progress.overall, columns);
    if (room === 1) return [overall];
    const shown = (lines.length < room ? lines : lines.slice(0, room - 2)).map(line => lineOf(line, columns));
    const more = lines.length - shown.length;
    return [...shown, ...(more > 0 ? [`… and ${more} more`] : []), overall];
  }

  /** Looks how far a line is by now. */
  #follow(line: Line): void {
    const { database, stage, path, total, isLeftover } = line;
    if (stage === 'dump') line.done = sizeOf(path);
    if (isLeftover) return;
    // The estimate of a dump may be that of a smaller database, before a table was added.
    if (stage === 'dump' && total && line.done > total) this.#progress.expect(database, line.done);
    this.#progress.at(database, stage, total ? line.done / total : 0);
  }
}

/** mysqldump writes by itself: how far it is stands in the size of its file. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
