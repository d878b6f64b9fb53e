import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What starts other programs: databases, services, browsers. */
const STARTERS = ['node:child_process', 'playwright-core'];

/**
 * Whether a test file starts no other program: neither it nor a helper of tests that it imports can. A program that the code
 * under test starts is then a fake one.
 * @param file its path from the root of the repository
 */
export function isUnitTest(file: string): boolean {
  return !STARTERS.some(starter => reaches(file, starter));
}

/**
 * Whether a test file imports a module, itself or through helpers of tests.
 * @param module the name of a package, or a path from the root of the repository
 */
export function reaches(file: string, module: string): boolean {
  return reached(file).has(module);
}

function reached(file: string, found = new Set<string>()): Set<string> {
  for (const module of importsOf(file)) {
    if (found.has(module)) continue;
    found.add(module);
    if (/^(testing|bench)\//.test(module)) reached(module, found);
  }
  return found;
}

function importsOf(file: string): string[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export|\} from)\b[^'\n]*'([^'\n]+)'/gm);
  return [...statements].map(([, module]) => (module!.startsWith('.') ? join(dirname(file), module!) : module!));
}
