import { StatusLine } from '../live-view/status-line.ts';
import { isLogOpen } from '../log.ts';
import { paintState } from '../terminal/colour.ts';
import { count, formatSeconds } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';
import { screenWidth } from '../terminal/screen-width.ts';
import { wrapLines } from '../terminal/wrap.ts';
import type { Check } from './checks/check.ts';
import type { Progress } from './examine.ts';
import { renderFinding, renderMail, renderOpen, renderSummary, withoutRepeated } from './render.ts';

/**
 * Prints what the doctor finds, as it comes: a line each. At the end, where the eye is on a terminal, stands what is not ok with
 * what to do, and last the count. With `quiet`, which is for mails, nothing comes before the end, and the verdict stands first.
 */
export class DoctorScreen implements Disposable {
  readonly #out: NodeJS.WriteStream;
  readonly #isQuiet: boolean;
  readonly #status: StatusLine | undefined;
  #progress: Progress | undefined;

  constructor(out: NodeJS.WriteStream, { quiet }: { readonly quiet: boolean }) {
    this.#out = out;
    this.#isQuiet = quiet;
    if (out.isTTY && out.columns > 0 && !isLogOpen())
      this.#status = new StatusLine(out, () => describe(this.#progress));
  }

  tell(checks: readonly Check[]): void {
    if (this.#isQuiet || checks.length === 0) return;
    this.#print(checks.map(check => renderFinding(check, word => paintState(word, this.#out))).join('\n'));
  }

  show(progress: Progress): void {
    this.#progress = progress;
  }

  /** @param all what was found out */
  end(all: readonly Check[], now = new Date()): void {
    const checks = withoutRepeated(all);
    if (this.#isQuiet) {
      const mail = renderMail(checks, inLocalTime(now));
      if (mail) this.#print(mail);
      return;
    }
    const open = renderOpen(checks, word => paintState(word, this.#out));
    if (open) this.#print(`\n${open}\n`);
    this.#print(renderSummary(checks));
  }

  [Symbol.dispose](): void {
    this.#status?.[Symbol.dispose]();
  }

  #print(unbroken: string): void {
    const text = wrapLines(unbroken, screenWidth(this.#out), ' '.repeat(10));
    if (this.#status) this.#status.print(text);
    else this.#out.write(`${text}\n`);
  }
}

/** @returns such as `12 of 99 databases; waiting for pt_xyz (12 s) and 3 more` */
function describe(progress: Progress | undefined): string {
  if (!progress || progress.waiting.size === 0) return '';
  const { done, total, waiting } = progress;
  const [[label, since]] = waiting as unknown as [[string, number]];
  const seconds = formatSeconds(Math.max(0, Date.now() - since) / 1000);
  const more = waiting.size > 1 ? ` and ${waiting.size - 1} more` : '';
  return `${done} of ${count(total, 'database')}; waiting for ${printableInLine(label)} (${seconds})${more}`;
}
