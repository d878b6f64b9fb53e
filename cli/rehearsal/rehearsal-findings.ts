import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { Difference } from '../definitions/differences.ts';
import { labelOf } from '../manifest/object-label.ts';
import type { LoadedDefinitions, LoadFailure } from './load-definitions.ts';

/** So many reasons are told in full. */
const REASONS = 3;

/**
 * @param server such as `MariaDB 10.11.19`
 * @returns what makes the backup incomplete, and what a restore refuses
 */
export function rehearsalFindings(
  server: string,
  { failures, refused }: LoadedDefinitions,
  differences: readonly Difference[],
): Finding[] {
  return [...doesNotLoad(server, failures), ...loadsDifferently(server, differences), ...isRefused(refused)];
}

/** The mysql client may well load it: then it is not lost. What no dump program writes has a finding of its own. */
function isRefused(refused: readonly LoadFailure[]): Finding[] {
  if (refused.length === 0) return [];
  const names = [...new Set(refused.map(({ what }) => what))];
  return [
    finding(
      'NOT_REHEARSED',
      `a part of the dump was not rehearsed, since sade restore refuses it: ${firstNames(names)} (${refused[0]!.reason})`,
      'Restore these by hand, with the mysql client; try it once before you need it.',
    ),
  ];
}

function doesNotLoad(server: string, failures: readonly LoadFailure[]): Finding[] {
  if (failures.length === 0) return [];
  const names = [...new Set(failures.map(({ what }) => what))];
  const reasons = failures.slice(0, REASONS).map(({ what, reason }) => `${what}: ${reason}`);
  const rest = failures.length > REASONS ? ['…'] : [];
  return [
    finding(
      'DOES_NOT_LOAD',
      `an empty ${server} does not load ${firstNames(names)} from this dump (${[...reasons, ...rest].join('; ')})`,
      'Fix the definition on the source server, so that SHOW CREATE gives a statement that the same server accepts, and back up again. Until then, edit the statement by hand when you restore.',
    ),
  ];
}

function loadsDifferently(server: string, differences: readonly Difference[]): Finding[] {
  if (differences.length === 0) return [];
  const names = [...new Set(differences.map(labelOf))];
  const shown = differences
    .slice(0, REASONS)
    .map(it => `${labelOf(it)}, ${it.what}: ${it.expected} became ${it.found}`);
  const rest = differences.length > REASONS ? ['…'] : [];
  return [
    finding(
      'LOADS_DIFFERENTLY',
      `loaded into an empty ${server}, these are not as on the source: ${firstNames(names)} (${[...shown, ...rest].join('; ')})`,
      'Compare SHOW CREATE of the object on the source with its statement in the dump. Keep the text of SHOW CREATE with the backup, and use it when you restore.',
    ),
  ];
}
