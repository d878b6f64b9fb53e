import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A page of the docs: its path from the root of the repository, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Pages beside the code that they describe. */
const BESIDE_CODE = ['cli/channel/README.md'];

/** @returns README.md and the other pages of the root, all of docs/, and those beside the code, each with its text */
export function allPages(): readonly Page[] {
  const root = readdirSync(ROOT).filter(name => name.endsWith('.md'));
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name));
  return [...root, ...docs, ...BESIDE_CODE].sort().map(readPage);
}

/** @param path from the root of the repository, such as `docs/install.md` */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** @returns the lines of a page that are prose: those of code blocks are empty, so that line numbers stay */
export function proseOf({ text }: Page): readonly string[] {
  let fence: string | undefined;
  return text.split('\n').map(line => {
    const mark = /^ *(```+)/.exec(line)?.[1];
    if (mark === undefined) return fence === undefined ? line : '';
    if (fence === undefined) fence = mark;
    else if (mark === fence) fence = undefined;
    return '';
  });
}

/** @returns the anchors that GitHub gives the headings of a page */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of proseOf(page)) {
    const heading = /^#{1,6} (.+)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again++) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

/** A block of shell commands of a page. Above it stands which tests run it, or why none does. */
export interface ShellBlock {
  readonly page: string;
  /** Where it begins in the page. */
  readonly line: number;
  readonly text: string;
  /** Files of tests, such as `test/docs/rest-docs.test.ts`. */
  readonly runBy: readonly string[];
  /** Why no test runs it. */
  readonly notRun: string | undefined;
}

/** @returns the blocks of shell commands of a page, in their order */
export function shellBlocksOf({ path, text }: Page): readonly ShellBlock[] {
  return [...text.matchAll(/^(?:<!-- ([^>]*) -->\n)?```sh\n(.*?)^```$/gms)].map(
    ({ index, 1: mark = '', 2: block }) => ({
      page: path,
      line: text.slice(0, index).split('\n').length,
      text: block!,
      runBy: /^run by: (.+)$/.exec(mark)?.[1]?.split(', ') ?? [],
      notRun: /^not run: (.+)$/.exec(mark)?.[1],
    }),
  );
}

/** @returns the blocks of all pages that a test says it runs, by its file from the root of the repository */
export function blocksRunBy(test: string): readonly ShellBlock[] {
  return allPages()
    .flatMap(shellBlocksOf)
    .filter(({ runBy }) => runBy.includes(test));
}
