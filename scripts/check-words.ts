// Looks for phrases that are hard to read and for names that were replaced, both from word-list.ts:
//   check-words.ts  prints each with its place and what to write instead, and exits with 1 when it finds any
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { EXCEPTIONS, OLD_NAMES, PHRASES } from './word-list.ts';

const ROOT = join(import.meta.dirname, '..');

const TEXTS = /(?:\.(?:ts|js|md|graphql|json|sh|ya?ml)|^(?:cli\/sade|server\/lumbung|scripts\/setup|\.ci\/run))$/;
const NOT_OURS = /(?:^|\/)package-lock\.json$/;

/** A space, the break of a line within a comment, or the seam of a text in two parts. */
const GAP = String.raw`(?:\s+(?:(?:\*|//|>|#) )?|\s?['"\`] \+\s*['"\`]\s?)`;

const EXPORT =
  /^export (?:default )?(?:abstract )?(?:async )?(?:class|function\*?|interface|type|const|let|enum) (\w+)/gm;

/** @returns a line such as `cli/main.ts:7: "look into": write check` for each phrase and old name in a file */
export function findWords(path: string, text: string): string[] {
  return [...oldFileName(path), ...oldExports(path, text), ...phrases(path, text)];
}

function phrases(path: string, text: string): string[] {
  return PHRASES.flatMap(({ pattern, write }) => {
    const found = new RegExp(`\\b(?:${pattern.replaceAll(' ', GAP)})\\b`, 'gi');
    return [...text.matchAll(found)]
      .filter(match => !isException(path, text, match))
      .map(match => `${placeOf(path, text, match.index)}: "${match[0].replaceAll(/\s+/g, ' ')}": write ${write}`);
  });
}

function isException(path: string, text: string, { index, 0: match }: RegExpExecArray): boolean {
  return EXCEPTIONS.some(exception => {
    if (exception.path !== path) return false;
    if (exception.text === undefined) return true;
    const from = text.lastIndexOf(exception.text, index);
    return from >= 0 && index + match.length <= from + exception.text.length;
  });
}

function oldExports(path: string, text: string): string[] {
  return [...text.matchAll(EXPORT)].flatMap(match => {
    const name = match[1]!;
    const now = OLD_NAMES[name[0]!.toUpperCase() + name.slice(1)];
    return now === undefined ? [] : [`${placeOf(path, text, match.index)}: the name ${name}: write ${now}`];
  });
}

function oldFileName(path: string): string[] {
  const name = basename(path).split('.')[0]!;
  const now = OLD_NAMES[name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())];
  return now === undefined ? [] : [`${path}: the file name ${name}: write ${now}`];
}

function placeOf(path: string, text: string, index: number): string {
  return `${path}:${text.slice(0, index).split('\n').length}`;
}

/** @returns what is found in all files of the repository */
export function findAllWords(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT });
  return listed
    .toString()
    .split('\0')
    .filter(path => TEXTS.test(path) && !NOT_OURS.test(path))
    .filter(path => existsSync(join(ROOT, path)))
    .flatMap(path => findWords(path, readFileSync(join(ROOT, path), 'utf8')));
}

if (import.meta.main) {
  const found = findAllWords();
  for (const line of found) process.stderr.write(`${line}\n`);
  if (found.length > 0) process.exit(1);
}
