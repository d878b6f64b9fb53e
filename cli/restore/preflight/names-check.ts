import { firstNames } from '../../../protocol/first-names.ts';
import { type Manifest, namesIn } from '../../../protocol/manifest.ts';
import type { TargetFacts } from '../target/target-facts.ts';
import { type Checked, NOTHING_WRONG, problem, warning } from './problem.ts';

/**
 * A server that ignores the case of names can't hold two that differ by nothing else; and on one that tells them apart, statements
 * that were written for one that does not may find no table.
 */
export function checkNames(
  { lowerCaseTableNames }: Pick<TargetFacts, 'lowerCaseTableNames'>,
  manifest: Manifest | undefined,
): Checked {
  if (!manifest) return NOTHING_WRONG;
  const ofSource = manifest.source.lower_case_table_names;
  if (lowerCaseTableNames === 0) return ofSource ? tellsCase(ofSource, manifest) : NOTHING_WRONG;
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

function tellsCase(ofSource: number, { inventory }: Manifest): Checked {
  const programs = (['triggers', 'procedures', 'functions', 'packages', 'package_bodies', 'events'] as const).flatMap(
    kind => namesIn(inventory, kind),
  );
  const own = programs.length === 0 ? '' : `, and so do ${firstNames(programs)} where they write one so`;
  return warning(
    `the source ignored the case of names (lower_case_table_names was ${ofSource}), and the server does not (0): applications that write the name of a table in another case find no table${own}. Restore to a server on which it is ${ofSource} too, or make sure that all write names as \`SHOW TABLES\` shows them`,
  );
}
