import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What starts other programs: databases, services, browsers. */
const STARTERS = /^(node:child_process|playwright-core)$/;

/**
 * Whether a test file starts no other program, as far as it and the helpers of tests that it imports can be seen to. A program
 * that our own code starts is then a fake one.
 * @param file path of the test
 */
export function isUnitTest(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return true;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export|\} from)\b[^'\n]*'([^'\n]+)'/gm)].map(
    ([, to]) => to!,
  );
  if (imports.some(to => STARTERS.test(to))) return false;
  const ours = imports.filter(to => to.startsWith('.')).map(to => join(dirname(file), to));
  return ours.filter(path => /^(testing|bench)\//.test(path)).every(path => isUnitTest(path, seen));
}
