import { basename, dirname, resolve } from 'node:path';
import type { Configuration } from '../configuration.ts';
import { type Checked, checkReferences } from './check-references.ts';
import { checkTree } from './check-tree.ts';
import { fillIn } from './fill-in.ts';
import { firstOf, type Mistake, type Path, pathText } from './mistake.ts';
import { parseText } from './parse-text.ts';
import { ROOT } from './root-schema.ts';
import { toConfiguration } from './to-configuration.ts';

/** Either what a file means, or a line for each of its mistakes. No line has a secret. */
export type ReadConfiguration = { readonly configuration: Configuration } | { readonly mistakes: readonly string[] };

interface Source {
  /** Of the file; the paths in it begin at its folder. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads the text of a `lumbung.yaml`, in YAML or JSON. Reads the files with secrets that it names, too. */
export async function readConfiguration(text: string, { path, env }: Source): Promise<ReadConfiguration> {
  const file = basename(path);
  const parsed = parseText(text);
  if ('mistakes' in parsed)
    return {
      mistakes: firstOf(
        parsed.mistakes.map(({ line, message }) => `${file}:${line}: ${message}`),
        file,
      ),
    };
  const filled = await fillIn(parsed.value, { env, folder: dirname(resolve(path)) });
  const mistakes: Mistake[] = [...filled.mistakes];
  // A file whose lines are all comments is an empty one.
  const checked = checkTree(ROOT, filled.value ?? {}, [], { mistakes, lacking: filled.lacking }) as Checked | undefined;
  if (checked) mistakes.push(...checkReferences(checked));
  if (mistakes.length === 0)
    return { configuration: toConfiguration(checked as Parameters<typeof toConfiguration>[0]) };
  const placed = mistakes.map(mistake => ({ line: parsed.lineOf(mistake.path), text: textOf(mistake, parsed.value) }));
  const sorted = placed.toSorted((a, b) => a.line - b.line);
  const lines = [...new Set(sorted.map(({ line, text }) => `${file}:${line}: ${text}`))];
  return { mistakes: firstOf(lines, file) };
}

/** Of a channel no value is shown: a password may well stand in the wrong place. */
function textOf({ path, shownPath = path, message, showsValue }: Mistake, root: unknown): string {
  const place = pathText(shownPath);
  const shown = showsValue && path[0] !== 'channels' && message.startsWith('must be') ? shownValue(root, path) : '';
  return `${place === '' ? 'the file' : place}${place === '' ? ' ' : ': '}${message}${shown}`;
}

const LONGEST_SHOWN = 60;

/** As it stands in the file, so that a variable of the environment is shown by its name. */
function shownValue(root: unknown, path: Path): string {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part];
  if (!['string', 'number', 'boolean'].includes(typeof value)) return '';
  const text = String(value);
  return text.length > LONGEST_SHOWN ? '' : `, and not ${JSON.stringify(text)}`;
}
