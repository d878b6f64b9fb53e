import leven from 'leven';

const LONGEST = 64;

/** @returns a phrase such as `: did you mean grace?`, to be appended; empty when nothing known is close */
export function didYouMean(word: string, known: readonly string[]): string {
  const typed = plain(word);
  if (typed === '' || typed.length > LONGEST) return '';
  // Two letters in the wrong order are two mistakes.
  const limit = Math.max(typed.length < 4 ? 1 : 2, Math.floor(typed.length / 3));
  const [best] = known
    .map(name => ({ name, distance: leven(typed, plain(name)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best ? `: did you mean ${best.name}?` : '';
}

/** Case, hyphens and underscores are the most common mistakes. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}
