import leven from 'leven';

const MOST = 3;

/** Labels of databases are shorter, and the distance of a longer text to each label takes long to compute. */
const LONGEST = 200;

/**
 * Names what may have been meant by a word that is not known.
 * @param word as it was typed
 * @param known what could have been typed
 * @param prefix of what is named, which was not typed
 * @returns a sentence such as `. Did you mean pt_xyz?`, to be appended to another; empty when nothing is close
 */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  const near = nearest(word, known).map(name => `${prefix}${name}`);
  return near.length === 0 ? '' : `. Did you mean ${near.join(' or ')}?`;
}

/** @returns the closest of the known words, closest first; at most three, none when all are too far away */
export function nearest(word: string, known: Iterable<string>): string[] {
  const typed = plain(word);
  if (typed === '' || typed.length > LONGEST) return [];
  // Two letters in the wrong order are two mistakes.
  const limit = Math.max(typed.length < 4 ? 1 : 2, Math.floor(typed.length / 3));
  const distances = [...new Set(known)].map(candidate => ({
    candidate,
    distance: distanceOf(typed, plain(candidate)),
  }));
  const best = Math.min(...distances.map(({ distance }) => distance));
  if (best > limit) return [];
  return distances
    .filter(({ distance }) => distance === best)
    .map(({ candidate }) => candidate)
    .slice(0, MOST);
}

/** A word that was not typed to its end is closer than any mistake. */
function distanceOf(typed: string, candidate: string): number {
  const isBeginning = typed.length >= 3 && candidate.startsWith(typed);
  return isBeginning ? 0 : leven(typed, candidate);
}

/** Case, hyphens and underscores are the most common mistakes and do not show what was meant. */
function plain(word: string): string {
  return word.toLowerCase().replace(/^-+/, '').replace(/[-_]/g, '-');
}
