// `npm run bench`: ours and what people use today, in turns, in one run on one machine; see docs/explanation/performance.md.
// Exits with 0 even when a target is missed, since figures are no test; with 1 when an output is wrong.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import tokens from './access/tokens.ts';
import type { BenchCase } from './case.ts';
import database from './cases/database.ts';
import databases from './cases/databases.ts';
import download from './cases/download.ts';
import fleetMariadb from './cases/fleet-mariadb.ts';
import fleetSqlite from './cases/fleet-sqlite.ts';
import historyMariadb from './cases/history-mariadb.ts';
import historySqlite from './cases/history-sqlite.ts';
import memory from './cases/memory.ts';
import mydumper from './cases/mydumper.ts';
import restore from './cases/restore.ts';
import shortValues from './cases/short-values.ts';
import smallDatabases from './cases/small-databases.ts';
import startup from './cases/startup.ts';
import upload from './cases/upload.ts';
import uploads from './cases/uploads.ts';
import zip from './cases/zip.ts';
import zipFast from './cases/zip-fast.ts';
import { runRounds } from './measuring/rounds.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { type Report, writeDocument } from './results/document.ts';
import { type FinishedCase, rowsOf, verdictOn } from './results/finished-case.ts';
import { describe, describeMachine } from './results/machine.ts';
import { SIZES } from './results/sizes.ts';
import { describeTarget, tabulate } from './results/table.ts';
import { Scene } from './scene.ts';

const CASES: readonly BenchCase[] = [
  startup,
  zip,
  zipFast,
  database,
  shortValues,
  databases,
  smallDatabases,
  upload,
  uploads,
  download,
  mydumper,
  restore,
  historyMariadb,
  historySqlite,
  fleetMariadb,
  fleetSqlite,
  tokens,
  memory,
];
const DOCUMENT = join(import.meta.dirname, '../docs/explanation/performance.md');

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));

try {
  await main(process.argv.slice(2), interruption.signal);
} catch (error) {
  const reason = interruption.signal.aborted ? interruption.signal.reason : error;
  console.error(`bench: ${reason instanceof Error ? reason.message : reason}`);
  process.exitCode = interruption.signal.aborted ? 130 : 1;
}

async function main(args: string[], signal: AbortSignal): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE);
  const options = readOptions(
    args,
    CASES.map(({ name }) => name),
  );
  const machine = await describeMachine();
  console.log(`${describe(machine)}\n`);
  const cases = await runCases(options, signal);
  const { size, rounds } = options;
  await publish({ measuredAt: new Date(), size, rounds, machine, cases }, options);
}

async function runCases({ size, rounds, only }: BenchOptions, signal: AbortSignal): Promise<FinishedCase[]> {
  const finished: FinishedCase[] = [];
  await using scene = await Scene.create(SIZES[size], signal);
  for (const bench of CASES.filter(({ name }) => only?.includes(name) ?? true)) {
    const title = bench.title(scene);
    progress(`${bench.name}: ${title}`);
    const match = await bench.prepare(scene);
    const results = await runRounds(match.contestants, {
      rounds: match.rounds?.(rounds) ?? rounds,
      signal,
      settle: () => scene.settle(),
      onRun: ({ name }, round) => progress(`  ${round}: ${name}`),
    });
    const rows = rowsOf(match, results);
    const { notes = [], isLoad = false } = match;
    finished.push({ name: bench.name, title, rows, targets: match.targets(results), notes, isLoad });
  }
  return finished;
}

async function publish(report: Report, { json, writesDocument }: BenchOptions): Promise<void> {
  console.log(tabulate(report.cases));
  for (const { name, targets, notes } of report.cases) {
    for (const target of targets)
      console.log(`${name.padEnd(15)} ${verdictOn(target).padEnd(10)} ${describeTarget(target)}`);
    for (const note of notes) console.log(`${name.padEnd(15)} note       ${note}`);
  }
  await mkdir(dirname(resolve(json)), { recursive: true });
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nThe same as JSON: ${json}`);
  if (writesDocument) await writeDocument(DOCUMENT, report);
}

/** With the seconds since the start, so that one sees what the benchmark's own time goes into. */
function progress(line: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
}
