import { firstNames } from '../../../protocol/first-names.ts';
import { type Manifest, namesIn } from '../../../protocol/manifest.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { type Checked, NOTHING_WRONG, problem, warning } from './problem.ts';

/** A server that ignores the case of names can't hold two that differ by nothing else. */
export function checkNames({ lowerCaseTableNames }: TargetFacts, manifest: Manifest | undefined): Checked {
  if (lowerCaseTableNames === 0 || !manifest) return NOTHING_WRONG;
  const names = (['tables', 'sequences', 'views'] as const).flatMap(kind => namesIn(manifest.inventory, kind));
  const alike = [...Map.groupBy(names, name => name.toLowerCase()).values()].find(({ length }) => length > 1);
  if (alike)
    return problem(
      `the server ignores the case of names (lower_case_table_names is ${lowerCaseTableNames}), and the backup has ${alike.join(' and ')}`,
      'Restore to a server on which lower_case_table_names is 0.',
    );
  const changed = names.filter(name => name !== name.toLowerCase());
  if (lowerCaseTableNames !== 1 || changed.length === 0) return NOTHING_WRONG;
  return warning(`the server makes names lower case (lower_case_table_names is 1): ${firstNames(changed)}`);
}
