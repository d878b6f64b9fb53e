import { didYouMean } from '../options/did-you-mean.ts';

/**
 * Only a key that looks like one of ours is shown: any other may be a password in the wrong place.
 * @param entry has a key that is not known
 * @returns what is wrong, behind the position of the entry
 */
export function describeUnknown(entry: object, known: readonly string[]): string {
  const keys = Object.keys(entry);
  const unknown = keys.filter(key => !known.includes(key));
  const told = unknown.map(key => {
    const guess = didYouMean(key, known);
    return guess ? `the unknown key ${key}${guess}` : `an unknown key as its ${ordinal(keys.indexOf(key) + 1)} key`;
  });
  const isAllGuessed = unknown.every(key => didYouMean(key, known));
  const rest = isAllGuessed ? '' : ` (not shown: it may be a secret); the known keys are ${known.join(', ')}`;
  return `has ${told.join(', and ')}${rest}`;
}

function ordinal(place: number): string {
  const ending = /(?<!1)[123]$/.exec(String(place))?.[0];
  return `${place}${ending === undefined ? 'th' : ['st', 'nd', 'rd'][Number(ending) - 1]}`;
}
