const SHOWN = 10;

/** @returns names for a sentence: the first ten, and how many more there are */
export function firstNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
