import type { Configuration } from '../configuration.ts';
import { type Checked, checkReferences } from './check-references.ts';
import { checkTree } from './check-tree.ts';
import { type Mistake, pathText } from './mistake.ts';
import { ROOT } from './root-schema.ts';
import { toConfiguration } from './to-configuration.ts';

/**
 * Makes a configuration without a file.
 * @param content as it would stand in a `lumbung.yaml`; what is left out has its default
 * @throws Error that names every mistake
 */
export function configurationOf(content: object = {}): Configuration {
  const mistakes: Mistake[] = [];
  const checked = checkTree(ROOT, content, [], { mistakes, lacking: new Set() }) as Checked;
  mistakes.push(...checkReferences(checked ?? {}));
  if (mistakes.length > 0)
    throw new Error(mistakes.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n'));
  return toConfiguration(checked as Parameters<typeof toConfiguration>[0]);
}
