import { clearLine, cursorTo } from 'node:readline';
import { fitLine } from '../terminal/fit.ts';

const REDRAW_MS = 500;

/** One line at the bottom of a terminal that says what is going on, below all that is printed; gone at the end. */
export class StatusLine implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #describe: () => string;
  readonly #redraw: NodeJS.Timeout;
  #isShown = false;

  /** @param describe is asked for the text twice a second, without colours and line ends */
  constructor(stream: NodeJS.WriteStream, describe: () => string) {
    this.#stream = stream;
    this.#describe = describe;
    this.#redraw = setInterval(() => this.#draw(), REDRAW_MS);
  }

  /** Prints lines above it, permanently. */
  print(text: string): void {
    this.#clear();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#redraw);
    this.#clear();
  }

  #draw(): void {
    // A terminal that takes nothing gets no more of what it will only overwrite.
    if (this.#stream.writableNeedDrain) return;
    this.#clear();
    // In the last column a terminal would begin the next line.
    const text = fitLine(this.#describe(), this.#stream.columns - 1);
    if (text === '') return;
    this.#stream.write(text);
    this.#isShown = true;
  }

  #clear(): void {
    if (!this.#isShown) return;
    cursorTo(this.#stream, 0);
    clearLine(this.#stream, 0);
    this.#isShown = false;
  }
}
