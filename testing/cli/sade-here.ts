import { Readable, Writable } from 'node:stream';
import type { CommandContext } from '../../cli/commands/command.ts';
import { runProgram } from '../../cli/program.ts';

/** What only a process has: the program, or Node itself, reads these of its own process. */
const OF_A_PROCESS = /^(?:PATH|HOME|USER|TZ|LANG|LC_.*|TMPDIR|NO_COLOR|FORCE_COLOR|NODE_.*|UV_.*|.*_proxy)$/i;

/**
 * Runs in this process all that `node cli/main.ts` runs, but for what belongs to a process: signals, the exit code, output that
 * cannot be written.
 * @param env beside the environment of this process
 * @param interrupted how a test interrupts it
 * @returns what its exit code would be, and what it wrote
 */
export async function sadeHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { signal = new AbortController().signal, onText = () => {} }: Interrupted = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  for (const name of Object.keys(env))
    if (OF_A_PROCESS.test(name)) throw new Error(`${name} is heard by a process of its own only: give it a runtime`);
  const [stdout, stderr] = [new Written(), new Written(onText)];
  const { exitCode } = await runProgram([process.execPath, 'sade', ...args], {
    env: { ...process.env, ...env },
    stdout: stdout as unknown as CommandContext['stdout'],
    stderr: stderr as unknown as CommandContext['stderr'],
    stdin: Readable.from([]) as unknown as CommandContext['stdin'],
    signal,
  });
  return { code: exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

interface Interrupted {
  /** Aborts where a process would get a signal. */
  readonly signal?: AbortSignal;
  /** Gets each text that is written to stderr. */
  readonly onText?: (text: string) => void;
}

/** A pipe of which all is kept. */
class Written extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #onText: (text: string) => void;

  constructor(onText: (text: string) => void = () => {}) {
    super();
    this.#onText = onText;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    this.#onText(chunk.toString());
    done();
  }
}
