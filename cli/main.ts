import { EXIT } from './errors.ts';
import { Interruption } from './interruption.ts';
import { widenThreadPool } from './pipeline/thread-pool.ts';
import { runProgram } from './program.ts';
import { overEcho } from './terminal/over-echo.ts';
import { printableBlock } from './terminal/printable.ts';

widenThreadPool(process.env);

const interruption = new Interruption(message => process.stderr.write(`${overEcho(process.stderr)}sade: ${message}\n`));

// Who reads what is printed may go away (`sade backup | head`), and the disk of a log may be full: the backups go on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
reportLostOutput();

// Node waits until a terminal has taken what is written: one that hangs, over a line that is gone, would stop the backups.
for (const { isTTY, _handle } of [process.stdout, process.stderr] as NonBlocking[])
  if (isTTY) _handle?.setBlocking?.(false);

interface NonBlocking {
  readonly isTTY?: boolean;
  readonly _handle?: { setBlocking?(isBlocking: boolean): void };
}

/** What was lost of the output of a backup does not change its exit code. */
let isBackup = false;
const { env, stdout, stderr, stdin } = process;
({ exitCode: process.exitCode, isBackup } = await runProgram(process.argv, {
  ...{ env, stdout, stderr, stdin },
  signal: interruption.signal,
}));
interruption.done();

/** A script must not treat an empty answer as a good one. A reader that went away (`sade list | head`) had enough of it. */
function reportLostOutput(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`sade: the output could not be written: ${printableBlock(error.message, '      ')}\n`);
    // The exit code of a backup is that of the databases; its report is in the work folder, too.
    process.on('exit', code => {
      if (code === EXIT.ok && !isBackup) process.exitCode = EXIT.someFailed;
    });
  });
}
