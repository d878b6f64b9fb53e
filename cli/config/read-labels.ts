import { codeOf, messageOf } from '../errors.ts';
import { readTextFile } from '../files/read-text-file.ts';
import { labelOf } from './database-entry.ts';
import { isExampleList } from './example-list.ts';
import { interpolateEnv } from './interpolate-env.ts';
import { parseStrictJson } from './strict-json.ts';

/** Which databases are to be backed up, or why that is not known. */
export type Labels =
  | { readonly labels: readonly string[]; readonly reason?: undefined }
  | { readonly labels?: undefined; readonly reason: string };

/**
 * Reads only the labels of a list of databases: it needs no password, and no variable but those in the labels.
 * @param path of the list; one with mistakes, which a backup refuses, is read as far as its labels go
 */
export async function readLabels(path: string, env: Readonly<Record<string, string | undefined>>): Promise<Labels> {
  let text: string;
  try {
    text = await readTextFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { reason: `${path} does not exist` };
    return { reason: `${path} can't be read: ${messageOf(error).replace(/, \w+(?: '.*')?$/, '')}` };
  }
  const parsed = parseStrictJson(text);
  if (!('value' in parsed) || !Array.isArray(parsed.value))
    return { reason: `${path} is not a valid list of databases` };
  if (isExampleList(parsed.value)) return { reason: `${path} is still the example that comes with Lumbung` };
  const labels = parsed.value.map(entry => readLabel(entry, env));
  const known = labels.filter(label => label !== undefined);
  if (known.length < labels.length) return { reason: `${path} has entries whose names are not known here` };
  return { labels: [...new Set(known)] };
}

function readLabel(entry: unknown, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  let isFilled = true;
  const label = interpolateEnv(labelOf(entry), env, () => {
    isFilled = false;
  });
  return isFilled && typeof label === 'string' && label !== '' ? label : undefined;
}
