import type { Rehearsal } from '../../protocol/manifest.ts';
import type { ThrowawayServer } from '../throwaway-server/throwaway-server.ts';
import type { Comparison } from './compare-definitions.ts';
import type { LoadedDefinitions } from './load-definitions.ts';

const MOST_NAMED = 100;

/** @returns what stands in the manifest of a backup that was rehearsed */
export function recordOf(
  { flavour, version }: ThrowawayServer,
  { loaded, compared, isComparable }: { loaded: LoadedDefinitions; compared: Comparison; isComparable: boolean },
): Rehearsal {
  const leftOut = [
    ...[...loaded.refused, ...loaded.leftOut].map(({ what, reason }) => `${what}: ${reason}`),
    ...compared.changedMeanwhile.map(key => `${key}: changed on the source meanwhile`),
  ];
  return {
    ...{ server: { flavour, version }, reason: null, objects: compared.objects, seconds: null },
    compared: isComparable ? 'definitions' : 'names',
    left_out: leftOut.slice(0, MOST_NAMED),
  };
}
