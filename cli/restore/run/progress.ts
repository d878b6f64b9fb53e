import { RecentSpeed } from '../../live-view/recent-speed.ts';
import { StatusLine } from '../../live-view/status-line.ts';
import type { LoadProgress } from '../../load/load-options.ts';
import { formatBytes, formatCount, formatSeconds } from '../../terminal/format.ts';
import { printableInLine } from '../../terminal/printable.ts';

/** Where there is no terminal, a line says from time to time how far it is. */
const LINE_EVERY_MS = 60_000;

/** Shows how far a restore is: on a terminal in one line that changes, else in a plain line for each step and each minute. */
export class RestoreProgress implements Disposable {
  readonly #out: NodeJS.WriteStream;
  readonly #line: StatusLine | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #text = '';
  #speed = new RecentSpeed(0);

  /** @param options.isPlain lines only, also on a terminal */
  constructor(out: NodeJS.WriteStream, { isPlain }: { readonly isPlain: boolean }) {
    this.#out = out;
    if (out.isTTY && out.columns > 0 && !isPlain) this.#line = new StatusLine(out, () => this.#text);
    else
      this.#timer = setInterval(() => {
        if (this.#text !== '') this.#print(this.#text);
      }, LINE_EVERY_MS);
    this.#timer?.unref();
  }

  /** A step begins. @param text such as `fetching backup 34 (1.2 MiB)` */
  step(text: string): void {
    this.#text = '';
    this.#speed = new RecentSpeed(0);
    this.#print(text);
  }

  fetched(bytes: number, total: number): void {
    this.#text = `  fetched ${formatBytes(bytes)} of ${formatBytes(total)}${this.#pace(bytes)}`;
  }

  loaded({ bytes, totalBytes, rows, what, secondsLeft }: LoadProgress): void {
    const percent = totalBytes ? ` (${Math.min(100, Math.floor((100 * bytes) / totalBytes))} %)` : '';
    const left = secondsLeft === undefined ? '' : `, about ${formatSeconds(secondsLeft)} left`;
    const of = totalBytes ? ` of ${formatBytes(totalBytes)}` : '';
    this.#text = `  loaded ${formatBytes(bytes)}${of}${percent}, ${formatCount(rows)} rows${left}: ${printableInLine(what)}`;
  }

  compared(done: number, total: number): void {
    this.#text = `  compared ${formatCount(done)} of ${formatCount(total)} tables`;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#line?.[Symbol.dispose]();
  }

  #pace(bytes: number): string {
    const perSecond = this.#speed.at(bytes);
    return perSecond === undefined ? '' : `, ${formatBytes(perSecond)}/s`;
  }

  #print(text: string): void {
    if (this.#line) this.#line.print(text);
    else this.#out.write(`${text}\n`);
  }
}
