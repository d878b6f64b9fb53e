import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import xterm from '@xterm/headless';
import { until } from '../until.ts';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/**
 * A program on a real terminal: a pty by util-linux's `script`, whose bytes an emulator turns into the screen that a person
 * would see. Keys go through the terminal, so that Ctrl-C reaches the whole foreground process group, as it does for a person.
 */
export class Terminal implements AsyncDisposable {
  readonly #script: ChildProcess;
  readonly #emulator: InstanceType<typeof xterm.Terminal>;
  readonly #ended: Promise<number | null>;
  #bytes = '';

  private constructor(script: ChildProcess, emulator: InstanceType<typeof xterm.Terminal>) {
    this.#script = script;
    this.#emulator = emulator;
    this.#ended = this.#read();
  }

  /** @param command the program and its arguments; it runs without a shell around it, and as the terminal's foreground */
  static open(command: readonly string[], { columns = 100, rows = 40, env = {}, cwd }: TerminalOptions = {}): Terminal {
    const quoted = command.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const line = `stty cols ${columns} rows ${rows}; exec ${quoted}`;
    const script = spawn('script', ['-q', '-f', '-e', '-c', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
      ...(cwd && { cwd }),
    });
    const emulator = newEmulator(columns, rows);
    return new Terminal(script, emulator);
  }

  /** All that was written so far, with every escape sequence. */
  get bytes(): string {
    return this.#bytes;
  }

  /** Of the program, or of `script` where the terminal was closed under it. */
  get exitCode(): Promise<number | null> {
    return this.#ended;
  }

  /** What stands on the terminal now, with all that has scrolled off it: lines without their trailing blanks. */
  async screen(): Promise<string> {
    return screenNow(this.#emulator);
  }

  /** @throws Error when it has not come within 50 s */
  async shows(text: string | RegExp): Promise<void> {
    const isThere = (screen: string) => (typeof text === 'string' ? screen.includes(text) : text.test(screen));
    let screen = '';
    await until(
      () => `the terminal shows ${text}; it shows:\n${screen}`,
      async () => {
        screen = await this.screen();
        return isThere(screen);
      },
    );
  }

  /** Keys, as a person would press them: `\x03` is Ctrl-C, `\x1c` Ctrl-\, `\x1a` Ctrl-Z. */
  type(keys: string): void {
    this.#script.stdin!.write(keys);
  }

  /** The process id of the program on the terminal. */
  async pid(): Promise<number> {
    const { pid } = this.#script;
    const children = async () => (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
    await until('the program on the terminal', async () => (await children()) !== '');
    return Number(await children());
  }

  /** The line to the terminal is lost, as when an SSH session breaks off: the program gets SIGHUP. */
  hangUp(): void {
    this.#script.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await this.#ended;
    this.#emulator.dispose();
  }

  async #read(): Promise<number | null> {
    this.#script.stdin!.on('error', () => {});
    this.#script.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#bytes += text;
      this.#emulator.write(text);
    });
    const [code] = (await once(this.#script, 'close')) as [number | null];
    return code;
  }
}

/** @returns what stands on a new terminal after these bytes, with all that has scrolled off it: lines without their trailing blanks */
export async function screenOf(
  bytes: string,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Promise<string> {
  const emulator = newEmulator(columns, rows);
  emulator.write(bytes);
  const screen = await screenNow(emulator);
  emulator.dispose();
  return screen;
}

type Emulator = InstanceType<typeof xterm.Terminal>;

function newEmulator(cols: number, rows: number): Emulator {
  return new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true });
}

async function screenNow(emulator: Emulator): Promise<string> {
  await new Promise<void>(done => emulator.write('', done));
  const { active } = emulator.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)!.translateToString(true));
  return lines.join('\n').trimEnd();
}
