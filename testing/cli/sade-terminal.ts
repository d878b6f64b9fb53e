import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { portOf } from '../free-port.ts';
import { until } from '../until.ts';
import { screenOf, Terminal } from './terminal.ts';

/** A command, as it goes to the process on the terminal, as JSON. */
export interface SadeOnTerminal {
  /** Behind the word `sade`. */
  readonly args: readonly string[];
  readonly columns: number;
  /** For this command only, beside the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a person sees in the end, and what was written to the terminal. */
export interface Shown {
  readonly code: number;
  readonly screen: string;
  readonly bytes: string;
}

const ROWS = 60;
const HOST = join(import.meta.dirname, 'sade-on-terminal.ts');
const ENDED = /\x1b\]2;ended (\d+)\x07/;

/**
 * A real terminal on which one process runs all that `sade` runs, again and again: a start for each screen would take ten times as
 * long. For what commands show and how they end; what a terminal does to a process needs `Terminal`.
 */
export class SadeTerminal implements AsyncDisposable {
  readonly #terminal: Terminal;
  readonly #server: Server;
  readonly #line: Socket;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(terminal: Terminal, server: Server, line: Socket) {
    this.#terminal = terminal;
    this.#server = server;
    this.#line = line;
  }

  /** @param env of the process, beside that of the test */
  static async open(env: Readonly<Record<string, string>>): Promise<SadeTerminal> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const terminal = Terminal.open([process.execPath, HOST, String(portOf(server))], { rows: ROWS, env });
    const [line] = (await once(server, 'connection')) as [Socket];
    return new SadeTerminal(terminal, server, line);
  }

  /** Runs one command, when those before have ended. @throws Error when it has not ended within 50 s */
  run(args: readonly string[], columns: number, env: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const shown = this.#last.catch(() => {}).then(() => this.#show({ args, columns, env }));
    this.#last = shown;
    return shown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line.destroy();
    this.#server.close();
    await this.#terminal[Symbol.asyncDispose]();
  }

  async #show(command: SadeOnTerminal): Promise<Shown> {
    const from = this.#terminal.bytes.length;
    const written = () => this.#terminal.bytes.slice(from);
    this.#line.write(`${JSON.stringify(command)}\n`);
    await until(
      () => `the end of sade ${command.args.join(' ')}; the terminal has:\n${written()}`,
      () => ENDED.test(written()),
    );
    const [bytes = '', code] = written().split(ENDED);
    return { code: Number(code), screen: await screenOf(bytes, { columns: command.columns, rows: ROWS }), bytes };
  }
}
