import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Where a run of all tests notes how long each file took, so that the next one begins with the longest. */
export const DURATIONS = join(ROOT, 'node_modules/.cache/lumbung-test-seconds.txt');

/** @returns the seconds that each test file took last, by its path from the root of the repository; none where none were noted */
export function readDurations(path = DURATIONS): Map<string, number> {
  const lines = readOrNothing(path).split('\n').filter(Boolean);
  return new Map(lines.map(line => [line.slice(line.indexOf(' ') + 1), Number.parseFloat(line)]));
}

/** Leaves one line for each file, so that the notes do not grow from run to run. Notes are no reason to fail. */
export function writeDurations(durations: ReadonlyMap<string, number>, path = DURATIONS): void {
  const lines = [...durations].map(([file, seconds]) => lineOf(file, seconds));
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.join(''));
  } catch {
    // The next run does not know, and takes the order of one without notes.
  }
}

/** Several processes may note at the same time: each adds a line of its own. */
export function noteDuration(file: string, seconds: number, path: string): void {
  try {
    appendFileSync(path, lineOf(relative(ROOT, file), seconds));
  } catch {
    // As above.
  }
}

function lineOf(file: string, seconds: number): string {
  return `${seconds.toFixed(1)} ${file}\n`;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
