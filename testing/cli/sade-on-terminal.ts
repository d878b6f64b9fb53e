// What stands on the terminal of `SadeTerminal`: it runs what the test asks for, one command after another, and says how each has ended.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { runProgram } from '../../cli/program.ts';
import type { SadeOnTerminal } from './sade-terminal.ts';

const { stdout, stderr, stdin } = process;

for await (const line of createInterface({ input: connect(Number(process.argv[2]), '127.0.0.1') })) {
  const { args, columns, env } = JSON.parse(line) as SadeOnTerminal;
  await widen(columns);
  Object.assign(process.env, env);
  const { exitCode } = await runProgram([process.execPath, 'sade', ...args], {
    ...{ env: process.env, stdout, stderr, stdin },
    signal: new AbortController().signal,
  });
  for (const name of Object.keys(env)) delete process.env[name];
  // As the title of the terminal: it is no part of the screen.
  stdout.write(`\x1b]2;ended ${exitCode}\x07`);
}

async function widen(columns: number): Promise<void> {
  if (stdout.columns === columns) return;
  const resized = once(stdout, 'resize');
  spawnSync('stty', ['cols', String(columns)], { stdio: 'inherit' });
  await resized;
}
