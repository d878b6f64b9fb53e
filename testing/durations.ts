import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Where a run of all tests notes how long each file took, so that the next one puts them into a good order. */
export const DURATIONS = join(ROOT, 'node_modules/.cache/lumbung-test-seconds.txt');

/** The same of a run on a quiet machine of two cores, for a checkout where none has run yet. It may be old: it decides the order only. */
export const USUAL_DURATIONS = join(import.meta.dirname, 'usual-durations.txt');

export interface Duration {
  readonly seconds: number;
  /** What the process of the test and its children took of the processor's time meanwhile, in seconds. */
  readonly cpuSeconds: number;
}

/** @returns how long each test file took last, by its path from the root of the repository; none where none were noted */
export function readDurations(path = DURATIONS): Map<string, Duration> {
  const lines = readOrNothing(path).matchAll(/^(\S+) (\S+) (.+)$/gm);
  return new Map(
    [...lines].map(([, seconds, cpuSeconds, file]) => [
      file!,
      { seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) },
    ]),
  );
}

/** Leaves one line for each file, so that the notes do not grow from run to run. Notes are no reason to fail. */
export function writeDurations(durations: ReadonlyMap<string, Duration>, path = DURATIONS): void {
  const lines = [...durations].map(([file, duration]) => lineOf(file, duration));
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.join(''));
  } catch {
    // The next run does not know, and takes the order of one without notes.
  }
}

/** Several processes may note at the same time: each adds a line of its own. */
export function noteDuration(file: string, duration: Duration, path: string): void {
  try {
    appendFileSync(path, lineOf(relative(ROOT, file), duration));
  } catch {
    // As above.
  }
}

/** @returns what this process and the children that it has waited for have taken of the processor's time, in seconds; 0 but on Linux */
export function cpuSecondsSoFar(): number {
  // After the name, which may have spaces: utime, stime, cutime and cstime are the fields 14 to 17 of proc_pid_stat(5), in 1/100 s.
  const fields = readOrNothing('/proc/self/stat').split(') ').at(-1)!.split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field) / 100, 0);
}

function lineOf(file: string, { seconds, cpuSeconds }: Duration): string {
  return `${seconds.toFixed(1)} ${cpuSeconds.toFixed(1)} ${file}\n`;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
